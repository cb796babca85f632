/** `npm run prove -- replicas`: nobody reads older than what they have done or seen, and a failover loses nothing and takes seconds. */
import { type Count, createCount, showFindings } from '../count.ts'
import type { Site } from '../nodes/site.ts'
import type { Proof, Run, Verdict } from '../proof.ts'
import { harms } from './callers.ts'
import { check, lost } from './check.ts'
import { failOverUnderLoad, type Recovery, tooLate } from './failovers.ts'
import { readBesideTheOldHistory } from './left-behind.ts'
import { mutants } from './mutants.ts'
import { breakAndNotice } from './notice.ts'
import { readUnderDisturbance } from './reading.ts'
import { openReplicatedSite } from './replicated-site.ts'
import { type Served, served } from './served.ts'
import { openStage } from './stage.ts'
import { startTrio, type Trio } from './trio.ts'

export const replicas: Proof = {
  name: 'replicas',
  about: 'nobody reads older than what they have done or seen, on any node; a failover loses nothing and takes seconds',
  async run(run) {
    const { seed, scale, signal, report } = run
    const count = createCount()
    const missed: string[] = []
    const trio = await startTrio()
    try {
      const site = await openReplicatedSite(trio)
      try {
        const { reads, recoveries } = await readAndFailOver(site, trio, count, run)
        await readBesideTheOldHistory({ count, seed, signal, tenantsPerTier: 1 }, Math.min(5_000 * scale, 60_000))
        await breakAndNotice(site, trio, mutants, { seed, signal }, ({ mutant, finding }) => {
          const saw = finding && `${finding.harm} · ${finding.where}`
          report(`  ${saw ? 'noticed' : 'MISSED'}: ${mutant.name}${saw ? ` (${saw})` : ''}`)
          if (!saw) missed.push(mutant.name)
        })
        for (const line of count.lines()) report(line)
        showFindings(count, seed, report)
        return verdict(count, reads, recoveries, missed)
      } finally {
        await site.close()
      }
    } finally {
      await trio.stop()
    }
  },
}

async function readAndFailOver(site: Site, trio: Trio, count: Count, { seed, scale, signal, report }: Run) {
  const stage = await openStage(site, { count, seed, signal, tenantsPerTier: 2 })
  try {
    await readUnderDisturbance(stage, trio, {
      pairs: Math.ceil(20_000 * scale),
      callersPerTenant: 8,
      kinds: ['delayed', 'delayed', 'paused', 'paused', 'killed', 'frozen'],
      longestMs: 5_000,
    })
    const reads = await served(stage)
    const reasons = [...reads.reasons].map(([reason, many]) => `${reason}: ${many}`).join(', ')
    report(`reads: ${reads.replica} by replicas, ${reads.primary} by the primary (${reasons})`)
    const recoveries = await failOverUnderLoad(stage, trio, { times: Math.ceil(5 * scale), callersPerTenant: 2 })
    for (const [at, { firstMs, everybodyMs, promotionMs }] of recoveries.entries()) {
      const all = `everybody's by ${Math.round(everybodyMs)} ms`
      report(
        `failover ${at + 1}: promoted in ${Math.round(promotionMs)} ms, first write after ${Math.round(firstMs)} ms, ${all}`,
      )
    }
    await check(stage, trio.primary.url)
    return { reads, recoveries }
  } finally {
    await stage.close()
  }
}

function verdict(
  count: Count,
  { replica, primary }: Served,
  recoveries: readonly Recovery[],
  missed: readonly string[],
): Verdict {
  const found = (harm: string) => count.findings.filter((finding) => finding.harm === harm).length
  const slowest = Math.max(...recoveries.map(({ firstMs }) => Math.round(firstMs)))
  return {
    held: count.findings.length === 0 && missed.length === 0,
    figures: [
      `${count.of('pairs of a write and a read')} pairs`,
      `${Math.round((100 * replica) / (replica + primary))} % of reads by replicas`,
      ...[...Object.values(harms), lost, tooLate].map((harm) => `${found(harm)} × ${harm}`),
      `${recoveries.length} failovers with writes within ${slowest} ms`,
      `noticed ${mutants.length - missed.length} of ${mutants.length} breaks`,
    ].join(', '),
  }
}
