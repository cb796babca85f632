/** `npm run prove -- door`: hostile SQL inside one tenant's transaction reads, changes and learns nothing of another. */
import { postgres15, postgres18, startServer } from '@rowhouse/testing'
import type { Proof, Run } from '../proof.ts'
import { attackWorld } from './attack.ts'
import { coverageLines } from './coverage.ts'
import { mutants } from './mutants/mutants.ts'
import { breakAndNotice } from './notice.ts'
import type { Size } from './probe.ts'
import { harms, type Harm, createTally, type Tally } from './tally.ts'
import { openVault } from './vault.ts'
import { buildWorld } from './world.ts'

export const door: Proof = {
  name: 'door',
  about: 'hostile SQL in one tenant’s transaction reads, changes and learns nothing of another, in any tier',
  async run({ seed, scale, report, signal }) {
    const size: Size = {
      thorough: true,
      generated: Math.ceil(1_200 * scale),
      repeats: Math.ceil(2 * Math.sqrt(scale)),
      everyFunction: 4,
      everyCommand: 1,
      timings: scale < 1 ? 0 : 2_000,
    }
    const total = createTally()
    const missed: string[] = []
    for (const declaration of [postgres18, postgres15]) {
      const server = await startServer(declaration)
      try {
        await attackServer(server.url, size, total, { seed, scale, report, signal })
        missed.push(...(await noticeOn(server.url, { seed, scale, report, signal })))
      } finally {
        await server.stop()
      }
    }
    showCounts(total, report)
    showFindings(total, seed, report)
    return verdict(total, missed)
  },
}

/** One server's part, also the miniature's. */
export async function attackServer(
  adminUrl: string,
  size: Size,
  tally: Tally,
  { seed, scale, report, signal }: Run,
): Promise<void> {
  const world = await buildWorld({ adminUrl, seed, accounts: scale < 1 ? 60 : 300 })
  try {
    await attackWorld({ world, vault: await openVault(world), tally, seed, size, signal }, report)
  } finally {
    await world.remove()
  }
}

/** Breaks the door on a scratch deployment; returns what was not noticed. */
export async function noticeOn(
  adminUrl: string,
  { seed, scale, report, signal }: Run,
  which = mutants,
): Promise<string[]> {
  const world = await buildWorld({ adminUrl, seed, accounts: 40 })
  try {
    const results = await breakAndNotice(
      world,
      which,
      { seed, signal, quick: scale < 1 },
      ({ mutant, missed, saw }) => {
        const how = missed.length === 0 ? 'noticed' : `MISSED by ${missed.join(' and ')}`
        report(`  ${how}: ${mutant.name} (${saw.replaceAll(/\s+/g, ' ').slice(0, 150)})`)
      },
    )
    const noticed = results.filter(({ missed }) => missed.length === 0)
    report(`PostgreSQL ${world.major}: noticed ${noticed.length} of ${results.length}`)
    return results.filter(({ missed }) => missed.length > 0).map(({ mutant }) => mutant.name)
  } finally {
    await world.remove()
  }
}

function showCounts(tally: Tally, report: (line: string) => void): void {
  const { statements, checks, measures } = tally
  report('Statements:')
  for (const [category, count] of [...statements].toSorted(([a], [b]) => a.localeCompare(b, 'en', { numeric: true }))) {
    report(`  ${String(count).padStart(7)}  ${category}`)
  }
  report('By row of the threat list:')
  for (const line of coverageLines(tally)) report(line)
  report('Checks:')
  for (const [what, count] of checks) report(`  ${String(count).padStart(7)}  ${what}`)
  for (const [what, value] of measures) report(`  ${value.toFixed(2).padStart(7)}  ${what}`)
}

function showFindings({ findings }: Tally, seed: number, report: (line: string) => void): void {
  for (const { harm, where, statement, saw } of findings.slice(0, 20)) {
    report(`\n${harms[harm]} · seed ${seed} · ${where}\n${statement.slice(0, 4_000)}\n  saw: ${saw}`)
  }
  if (findings.length > 20) report(`… and ${findings.length - 20} more`)
}

function verdict({ findings, sent }: Tally, missed: readonly string[]) {
  const count = (harm: Harm) => findings.filter((finding) => finding.harm === harm).length
  const figures = (Object.keys(harms) as Harm[]).map((harm) => `${count(harm)} ${harms[harm]}`)
  const broken = `noticed ${mutants.length * 2 - missed.length} of ${mutants.length * 2} breaks`
  return {
    held: findings.length === 0 && missed.length === 0,
    figures: [`${sent()} statements`, ...figures, broken].join(', '),
  }
}
