/** `npm run prove -- skeleton`: over HTTP alone, a stranger with a token of another tenant sees nothing. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Proof, Run } from '../proof.ts'
import { createRandom } from '../random.ts'
import { attackPlatform, readRecords } from './attack.ts'
import { createLookout } from './lookout.ts'
import { type Mutant, mutants } from './mutants/mutants.ts'
import { breakAndNotice } from './notice.ts'
import { startPlatform } from './platform.ts'
import { settle } from './residents.ts'
import type { Size } from './scene.ts'
import { createTally, type Harm, harms, type Tally } from './tally.ts'

export const skeleton: Proof = {
  name: 'skeleton',
  about:
    'over HTTP another tenant’s ids, tokens, cursors and hosts are answered as what does not exist; nothing of it is seen',
  async run(run) {
    const { scale, report } = run
    const attackers = Math.ceil(2 * scale)
    const timings = Math.ceil(200 * scale)
    const tally = await attackOnce(run, 30, { attackers, victims: Infinity, timings, everyName: 1 })
    const missed = await noticeAll(run, mutants)
    showCounts(tally, report)
    showFindings(tally, run.seed, report)
    return verdict(tally, missed)
  },
}

/** A platform of its own, with the tenants of the demo and as many fresh ones. Also the miniature's. */
export async function attackOnce(run: Run, fresh: number, size: Size, names?: readonly string[]): Promise<Tally> {
  const tally = createTally()
  await inNewHome(async (home) => {
    const platform = await startPlatform(home)
    try {
      const lookout = createLookout()
      const residents = await settle(platform, lookout, createRandom(run.seed, 'residents'), fresh)
      const scene = await attackPlatform({ ...run, platform, residents, lookout, tally, size, ...(names && { names }) })
      await readRecords(scene)
    } finally {
      await platform.stop()
    }
  })
  return tally
}

/** Breaks the product in each way; returns what was not noticed. */
export async function noticeAll(run: Run, which: readonly Mutant[]): Promise<string[]> {
  const missed: string[] = []
  await inNewHome((home) =>
    breakAndNotice(home, which, run, ({ mutant, saw }) => {
      if (saw === undefined) missed.push(mutant.name)
      run.report(`  ${saw === undefined ? 'MISSED' : 'noticed'}: ${mutant.name} (${saw ?? 'nothing was seen'})`)
    }),
  )
  run.report(`Noticed ${which.length - missed.length} of ${which.length} breaks`)
  return missed
}

async function inNewHome(work: (home: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'rowhouse-skeleton-'))
  try {
    await work(join(folder, 'home'))
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 20 })
  }
}

function showCounts({ probes, checks, measures }: Tally, report: (line: string) => void): void {
  const sorted = (counts: ReadonlyMap<string, number>) =>
    [...counts].toSorted(([a], [b]) => a.localeCompare(b, 'en', { numeric: true }))
  report('Probes:')
  for (const [name, count] of sorted(probes)) report(`  ${String(count).padStart(7)}  ${name}`)
  report('Checks:')
  for (const [what, count] of checks) report(`  ${String(count).padStart(7)}  ${what}`)
  for (const [what, value] of measures) report(`  ${value.toFixed(2).padStart(7)}  ${what}`)
}

function showFindings({ findings }: Tally, seed: number, report: (line: string) => void): void {
  for (const { harm, where, saw } of findings.slice(0, 20))
    report(`\n${harms[harm]} · seed ${seed} · ${where}\n  ${saw}`)
  if (findings.length > 20) report(`… and ${findings.length - 20} more`)
}

function verdict({ findings, sent }: Tally, missed: readonly string[]) {
  const count = (harm: Harm) => findings.filter((finding) => finding.harm === harm).length
  const figures = (Object.keys(harms) as Harm[]).map((harm) => `${count(harm)} ${harms[harm]}`)
  const broken = `noticed ${mutants.length - missed.length} of ${mutants.length} breaks`
  return {
    held: findings.length === 0 && missed.length === 0,
    figures: [`${sent()} probes`, ...figures, broken].join(', '),
  }
}
