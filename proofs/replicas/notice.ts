/** Breaks the platform in each way and asks whether the proof notices. */
import { createCount, type Finding } from '../count.ts'
import type { Site } from '../nodes/site.ts'
import type { Run } from '../proof.ts'
import { check } from './check.ts'
import { failOverUnderLoad } from './failovers.ts'
import { readBesideTheOldHistory } from './left-behind.ts'
import type { Mutant } from './mutants.ts'
import { readUnderDisturbance } from './reading.ts'
import { openReplicatedSite } from './replicated-site.ts'
import { openStage, type StageOptions } from './stage.ts'
import type { Trio } from './trio.ts'

export interface Noticed {
  readonly mutant: Mutant
  /** Undefined when there was nothing to be seen. */
  readonly finding: Finding | undefined
}

export async function breakAndNotice(
  site: Site,
  trio: Trio,
  mutants: readonly Mutant[],
  { seed, signal }: Pick<Run, 'seed' | 'signal'>,
  tell: (noticed: Noticed) => void,
): Promise<void> {
  for (const mutant of mutants) {
    signal.throwIfAborted()
    tell({ mutant, finding: await firstFinding(site, trio, mutant, { seed, signal }) })
  }
}

/** Stops at once when there is one. */
export async function firstFinding(
  site: Site,
  trio: Trio,
  { edits, noticedIn }: Mutant,
  { seed, signal }: Pick<Run, 'seed' | 'signal'>,
): Promise<Finding | undefined> {
  const found = new AbortController()
  const counted = createCount()
  const count = {
    ...counted,
    find(finding: Finding) {
      counted.find(finding)
      found.abort(foundOne)
    },
  }
  const options = { count, seed, signal: AbortSignal.any([signal, found.signal]), tenantsPerTier: 1, edits }
  await ways[noticedIn](site, trio, { ...options, patienceMs: 30_000 }).catch((error: unknown) => {
    if (!found.signal.aborted) throw error
  })
  return counted.findings[0]
}

const foundOne = new Error('found one')

const ways: Record<Mutant['noticedIn'], (site: Site, trio: Trio, options: StageOptions) => Promise<void>> = {
  async reading(site, trio, options) {
    const stage = await openStage(site, options)
    try {
      await readUnderDisturbance(stage, trio, {
        pairs: 1_500,
        callersPerTenant: 3,
        kinds: ['delayed', 'paused'],
        longestMs: 3_000,
      })
    } finally {
      await stage.close()
    }
  },
  /** On a site of its own, whose first host is the primary that will be lost. */
  async 'failing over'(_site, trio, options) {
    const site = await openReplicatedSite(trio)
    try {
      const stage = await openStage(site, options)
      await failOverUnderLoad(stage, trio, { times: 3, callersPerTenant: 6 })
      await check(stage, trio.primary.url)
    } finally {
      await site.close()
    }
  },
  'a history that ended': (_site, _trio, options) => readBesideTheOldHistory(options, 5_000),
}
