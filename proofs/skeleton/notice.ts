/** Breaks the product in each way and asks whether the prober notices. */
import { execFileSync } from 'node:child_process'
import { rmSync } from 'node:fs'
import type { Run } from '../proof.ts'
import { createRandom } from '../random.ts'
import { attackPlatform, readRecords } from './attack.ts'
import { createLookout } from './lookout.ts'
import type { Mutant } from './mutants/mutants.ts'
import { startPlatform } from './platform.ts'
import { type Resident, settle } from './residents.ts'
import { createTally, type Finding, type Harm, harms } from './tally.ts'

export interface Noticed {
  readonly mutant: Mutant
  /** The first finding of the kind that the break must show as; undefined when there was none. */
  readonly saw: string | undefined
}

interface Town {
  readonly home: string
  readonly residents: readonly Resident[]
}

/** Two tenants in each tier (in miniature, in the shared one), made once; each break gets a copy, so that none sees what another has left behind. */
export async function breakAndNotice(
  home: string,
  mutants: readonly Mutant[],
  run: Run,
  tell: (noticed: Noticed) => void,
): Promise<void> {
  const town = { home, residents: await settleTown(home, run) }
  if (run.scale >= 1) {
    const sound = await whatIsSeen(town, { name: 'sound', shows: everyHarm }, run)
    if (sound) throw new Error(`Nothing is broken yet, and something was found: ${sound}`)
  }
  for (const mutant of mutants) {
    run.signal.throwIfAborted()
    tell({ mutant, saw: await whatIsSeen(town, mutant, run) })
  }
}

async function settleTown(home: string, { seed, scale }: Run): Promise<Resident[]> {
  const platform = await startPlatform(home)
  try {
    return await settle(platform, createLookout(), createRandom(seed, 'town'), scale < 1 ? 1 : 3)
  } finally {
    await platform.stop()
  }
}

const everyHarm = Object.keys(harms) as Harm[]

async function whatIsSeen(town: Town, mutant: Mutant, run: Run): Promise<string | undefined> {
  const found = new AbortController()
  let first: Finding | undefined
  const tally = createTally((finding) => {
    if (!mutant.shows.includes(finding.harm)) return
    first ??= finding
    found.abort(new Error('found one'))
  })
  const home = `${town.home}-broken`
  rmSync(home, { recursive: true, force: true, maxRetries: 20 })
  // With its owners: PostgreSQL's folder may be another user's.
  execFileSync('cp', ['-a', town.home, home])
  const lookout = createLookout()
  const residents = town.residents.map((resident) => ({
    ...resident,
    things: new Map([['canaries', [resident.canary]]]),
  }))
  for (const { slug, id, canary } of residents) lookout.claim(slug, [id, canary])

  const platform = await startPlatform(home, mutant.code)
  const size = { attackers: 1, victims: Infinity, timings: mutant.timings ?? 0, everyName: 1 }
  const signal = AbortSignal.any([run.signal, found.signal])
  const parts = { platform, residents, lookout, tally, size, signal, seed: run.seed, report: () => {} }
  try {
    await mutant.sql?.(platform)
    await readRecords(await attackPlatform({ ...parts, ...(mutant.probes && { names: mutant.probes }) }))
  } catch (error) {
    if (first === undefined) throw error
  } finally {
    await platform.stop()
  }
  return first && `${harms[first.harm]}: ${first.where}: ${first.saw}`.replaceAll(/\s+/g, ' ').slice(0, 240)
}
