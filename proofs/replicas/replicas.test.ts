import { afterAll, beforeAll, expect, test } from 'vitest'
import { createCount } from '../count.ts'
import type { Site } from '../nodes/site.ts'
import { check } from './check.ts'
import { failOverUnderLoad } from './failovers.ts'
import { mutants } from './mutants.ts'
import { firstFinding } from './notice.ts'
import { readUnderDisturbance } from './reading.ts'
import { openReplicatedSite } from './replicated-site.ts'
import { openStage } from './stage.ts'
import { startTrio, type Trio } from './trio.ts'

const run = { seed: 1, signal: new AbortController().signal }
let trio: Trio
let site: Site

beforeAll(async () => {
  trio = await startTrio()
  site = await openReplicatedSite(trio)
})
afterAll(async () => {
  await site?.close()
  await trio?.stop()
})

test(
  'late standbys and a failover: nobody reads older than theirs, nothing is lost',
  { timeout: 120_000 },
  async () => {
    const count = createCount()
    const stage = await openStage(site, { ...run, count, tenantsPerTier: 1 })
    await readUnderDisturbance(stage, trio, {
      pairs: 60,
      callersPerTenant: 1,
      kinds: ['delayed', 'paused'],
      longestMs: 500,
    })
    const recoveries = await failOverUnderLoad(stage, trio, { times: 1, callersPerTenant: 1 })
    await check(stage, trio.primary.url)
    await stage.close()
    expect(count.findings).toEqual([])
    expect(recoveries.length).toBe(1)
    expect(recoveries[0]!.firstMs).toBeLessThan(5_000)
    expect(count.of('false tokens')).toBeGreaterThan(0)
  },
)

test('a node that forgets the token is noticed', { timeout: 120_000 }, async () => {
  const mutant = mutants.find(({ name }) => name === 'the node forgets the token that was sent')!
  expect(await firstFinding(site, trio, mutant, run)).toMatchObject({ harm: 'older than what was seen before' })
})
