/** `npm run prove -- kills`: nodes killed with -9 lose nothing that they acknowledged, do nothing twice, and leave nothing half done. */
import { postgres18, startServer } from '@rowhouse/testing'
import type { Proof, Run, Verdict } from '../proof.ts'
import type { Command } from './commands.ts'
import { crashPoints } from './crash-points.ts'
import { besidePostgres, type Ground, withEmbeddedPostgres } from './ground.ts'
import { mutants } from './mutants.ts'
import { breakAndNotice } from './notice.ts'
import { killAtWork, type Shift, type Tally } from './shift.ts'

export const kills: Proof = {
  name: 'kills',
  about:
    'nodes killed with -9 lose nothing they acknowledged, do nothing twice and leave nothing half done, in any tier',
  async run({ seed, scale, report, signal }) {
    const server = await startServer(postgres18)
    const tallies: Tally[] = []
    const missed: string[] = []
    const work = async (title: string, ground: Ground, shift: Shift) => {
      const tally = await killOn(ground, shift, { seed: seed + tallies.length, signal })
      show(title, tally, report)
      tallies.push(tally)
    }
    const whole: Shift = {
      nodes: 1,
      commands: Math.ceil(2_000 * scale),
      points: Array.from({ length: Math.ceil(scale) }, crashPoints).flat(),
      atRandom: Math.ceil(10 * scale),
      tenantsPerTier: 2,
      clientsPerTenant: 3,
      arrivals: { givingUp: 0.3 },
      patienceMs: 60_000,
    }
    try {
      await work('One node', await besidePostgres(server.url, []), whole)
      await work('Two nodes', await besidePostgres(server.url, []), { ...whole, nodes: 2 })
      const fewer = { points: [], atRandom: Math.ceil(4 * scale) }
      await work('One node with its own PostgreSQL', withEmbeddedPostgres([]), { ...whole, ...fewer })
      await breakAndNotice(server.url, mutants, { seed, signal }, ({ mutant, saw }) => {
        report(`  ${saw ? 'noticed' : 'MISSED'}: ${mutant.name}${saw ? ` (${saw.slice(0, 150)})` : ''}`)
        if (!saw) missed.push(mutant.name)
      })
    } finally {
      await server.stop()
    }
    return verdict(tallies, missed)
  },
}

/** One shift, after which nothing is left of the ground. */
export async function killOn(ground: Ground, shift: Shift, run: Pick<Run, 'seed' | 'signal'>): Promise<Tally> {
  try {
    return await killAtWork(ground, shift, run)
  } finally {
    await ground.close()
  }
}

function show(title: string, { commands, arrivals, effects, faults, deaths, missed }: Tally, report: Run['report']) {
  report(`${title}: ${commands.length} commands, ${effects} effects of events, ${arrivals} tenants made`)
  const line = (count: number, what: string) => report(`  ${String(count).padStart(7)}  ${what}`)
  for (const [where, count] of deaths) line(count, where === 'frozen' ? where : `killed ${where}`)
  for (const [outcome, count] of outcomes(commands)) line(count, outcome)
  for (const point of missed) report(`  never visited: ${point}`)
  for (const fault of faults.slice(0, 20)) report(`  ${fault.slice(0, 400)}`)
  if (faults.length > 20) report(`  … and ${faults.length - 20} more`)
}

function outcomes(commands: readonly Command[]): Map<string, number> {
  const counts = new Map<string, number>()
  for (const { outcome, sent, repeated } of commands) {
    const what = outcome === 'unknown' ? 'unknown to the end' : `${outcome}${sent === 1 ? '' : ', sent more than once'}`
    counts.set(what, (counts.get(what) ?? 0) + 1)
    if (repeated) counts.set('repeated later', (counts.get('repeated later') ?? 0) + 1)
  }
  return counts
}

function verdict(tallies: readonly Tally[], missed: readonly string[]): Verdict {
  const sum = (count: (tally: Tally) => number) => tallies.reduce((total, tally) => total + count(tally), 0)
  const faults = sum((tally) => tally.faults.length)
  const unvisited = sum((tally) => tally.missed.length)
  const unknown = sum(({ commands }) => commands.filter(({ outcome }) => outcome === 'unknown').length)
  const died = sum(({ deaths }) => [...deaths.values()].reduce((total, count) => total + count, 0))
  const figures = [
    `${died} kills in ${sum(({ commands }) => commands.length)} commands`,
    `${sum(({ effects }) => effects)} effects of events`,
    `${faults} lost, doubled, half done or out of order`,
    `${unknown} unknown to the end`,
    `${unvisited} crash points not visited`,
    `noticed ${mutants.length - missed.length} of ${mutants.length} breaks`,
  ]
  return { held: faults + unvisited + unknown + missed.length === 0, figures: figures.join(', ') }
}
