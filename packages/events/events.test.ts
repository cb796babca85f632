import { postgres15, postgres18, servers } from '@rowhouse/testing'
import { findFaults } from '@rowhouse/tenancy'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { emit, happened, openEvents, type OpenEvents, recorder, subscriber, tiers, until } from './events.fixture.ts'

for (const { title, url } of await servers(postgres18, postgres15)) {
  describe(title, () => {
    let site: OpenEvents
    beforeAll(async () => {
      site = await openEvents(url)
    })
    afterAll(() => site.stop())

    test('a deployment with events has no fault', async () => {
      expect(await findFaults(site.deployed)).toEqual([])
    })

    test.each(tiers)('%s: what is emitted is acted on once, in the order of its key', async (tier) => {
      const tenantId = site.tenants.get(tier)!
      const node = site.node([recorder()])
      for (let n = 1; n <= 20; n += 1) {
        await emit(node, tenantId, (emit) => {
          emit(happened, { id: 'a', n })
          emit(happened, { id: 'b', n })
        })
      }
      const effects = await site.settled(tenantId, 40)
      const numbers = Array.from({ length: 20 }, (_, at) => at + 1)
      for (const id of ['a', 'b']) {
        expect(effects.filter((what) => what.startsWith(id))).toEqual(numbers.map((n) => `${id}:${n}`))
      }
      await node.stop()
    })
  })
}
