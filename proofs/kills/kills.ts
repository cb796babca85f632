/** `npm run prove -- kills`: nodes killed with -9 lose nothing that they acknowledged, do nothing twice, and leave nothing half done. */
import { postgres18, startServer } from '@rowhouse/testing'
import type { Proof, Run } from '../proof.ts'
import type { Command } from './commands.ts'
import { crashPoints } from './crash-points.ts'
import { besidePostgres, type Ground, withEmbeddedPostgres } from './ground.ts'
import { killAtWork, type Shift, type Tally } from './shift.ts'

export const kills: Proof = {
  name: 'kills',
  about:
    'nodes killed with -9 lose nothing they acknowledged, do nothing twice and leave nothing half done, in any tier',
  async run({ seed, scale, report, signal }) {
    const server = await startServer(postgres18)
    const tallies: Tally[] = []
    const shift = async (title: string, ground: Ground, form: Shift) => {
      try {
        const tally = await killAtWork(ground, form, { seed: seed + tallies.length, signal })
        show(title, tally, report)
        tallies.push(tally)
      } finally {
        await ground.close()
      }
    }
    const size = { commands: Math.ceil(2_000 * scale), clientsPerTenant: 3 }
    const points = Array.from({ length: Math.ceil(scale) }, crashPoints).flat()
    const atRandom = Math.ceil(10 * scale)
    try {
      await shift('one node', await besidePostgres(server.url, []), { ...size, nodes: 1, points, atRandom })
      await shift('two nodes', await besidePostgres(server.url, []), { ...size, nodes: 2, points, atRandom })
      await shift('one node with its own PostgreSQL', withEmbeddedPostgres([]), {
        ...size,
        nodes: 1,
        points: [],
        atRandom: Math.ceil(atRandom / 2),
      })
    } finally {
      await server.stop()
    }
    return verdict(tallies)
  },
}

function show(
  title: string,
  { commands, newcomers, effects, faults, deaths, missed }: Tally,
  report: Run['report'],
): void {
  report(`${title}: ${commands.length} commands, ${effects} effects of events, ${newcomers} tenants made`)
  for (const [where, count] of deaths) report(`  ${String(count).padStart(7)}  killed: ${where}`)
  for (const [outcome, count] of outcomes(commands)) report(`  ${String(count).padStart(7)}  ${outcome}`)
  for (const point of missed) report(`  never visited: ${point}`)
  for (const fault of faults.slice(0, 20)) report(`  ${fault.slice(0, 400)}`)
  if (faults.length > 20) report(`  … and ${faults.length - 20} more`)
}

function outcomes(commands: readonly Command[]): Map<string, number> {
  const counts = new Map<string, number>()
  for (const { outcome, sent } of commands) {
    const what = outcome === 'unknown' ? 'unknown to the end' : `${outcome}${sent === 1 ? '' : ', sent more than once'}`
    counts.set(what, (counts.get(what) ?? 0) + 1)
  }
  return counts
}

function verdict(tallies: readonly Tally[]) {
  const sum = (count: (tally: Tally) => number) => tallies.reduce((total, tally) => total + count(tally), 0)
  const faults = sum((tally) => tally.faults.length)
  const missed = sum((tally) => tally.missed.length)
  const unknown = sum(({ commands }) => commands.filter(({ outcome }) => outcome === 'unknown').length)
  const died = sum(({ deaths }) => [...deaths.values()].reduce((total, count) => total + count, 0))
  return {
    held: faults + missed + unknown === 0,
    figures: `${died} kills in ${sum(({ commands }) => commands.length)} commands, ${sum(({ effects }) => effects)} effects of events, ${faults} faults, ${unknown} unknown to the end, ${missed} crash points not visited`,
  }
}
