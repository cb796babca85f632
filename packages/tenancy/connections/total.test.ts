/** A node's connections over all its databases. */
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { postgres18, servers } from '@rowhouse/testing'
import { afterEach, describe, expect, test } from 'vitest'
import { openSite, pidOf, type Site, type SiteOptions } from './pools.fixture.ts'
import { createTotal } from './total.ts'

for (const { title, url } of await servers(postgres18)) {
  describe(title, () => {
    let site: Site
    afterEach(() => site.stop())
    const open = async (max: number, options: SiteOptions = {}) =>
      (site = await openSite(url, { total: createTotal(max), ...options }))
    const lend = (database: string) => site.pools.lend(database, pidOf)
    const openIn = () =>
      site.pools
        .list()
        .filter(({ open: connections }) => connections > 0)
        .map(({ database }) => database)

    test('the place of an idle connection goes to who needs it: of the pool that was used longest ago', async () => {
      await open(3)
      for (const name of ['a', 'b', 'c', 'a', 'd']) await lend(name)
      expect(openIn()).toEqual(['a', 'c', 'd'])
      await lend('e')
      expect(openIn()).toEqual(['a', 'd', 'e'])
      expect(await site.seen()).toBe(3)
    })

    test('over many databases there are never more; every call is served, also of who comes last', async () => {
      await open(5, { maxConnections: 3 })
      const calls = Array.from({ length: 300 }, (_, n) =>
        site.pools.lend(`database ${n % 25}`, (client) => client.query('select pg_sleep(0.002)')),
      )
      const load = { running: true }
      const all = Promise.all(calls).finally(() => (load.running = false))
      let most = 0
      while (load.running) most = Math.max(most, await site.seen())
      await all
      expect(most).toBeLessThanOrEqual(5)
      expect(await site.seen()).toBeLessThanOrEqual(5)
    })

    test('a flood of one database does not keep another from its connection', async () => {
      await open(2)
      let served = 0
      const flood = Array.from({ length: 400 }, () =>
        site.pools.lend('flood', async (client) => {
          await client.query('select pg_sleep(0.001)')
          served += 1
        }),
      )
      await expect.poll(() => served, { interval: 1 }).toBeGreaterThan(5)
      await lend('quiet')
      expect(served).toBeLessThan(200)
      await Promise.all(flood)
    })

    test('when all are lent, a call to another database waits to its deadline and no longer', async () => {
      await open(1, { acquireTimeoutMs: 200 })
      const loan = await site.pools.borrow('a')
      await expect(lend('b')).rejects.toMatchObject({
        code: 'tenancy.pool_exhausted',
        operator: expect.stringContaining('1 of 1 open over all databases'),
      })
      const waits = lend('b')
      loan.giveBack()
      expect(await waits).toBeGreaterThan(0)
      expect(openIn()).toEqual(['b'])
    })

    test('memory stays flat over 200 pools used one after the other', { timeout: 60_000 }, async () => {
      setFlagsFromString('--expose-gc')
      const collect = runInNewContext('gc') as () => void
      await open(10, { idleTimeoutMs: 100 })
      const heapAfter = async (count: number, from: number) => {
        for (let n = from; n < from + count; n += 1) {
          await lend(`database ${n}`)
          expect(site.pools.list().reduce((sum, pool) => sum + pool.open, 0)).toBeLessThanOrEqual(10)
        }
        await expect.poll(() => site.pools.list(), { timeout: 5_000 }).toEqual([])
        collect()
        return process.memoryUsage().heapUsed
      }
      const before = await heapAfter(50, 0)
      const after = await heapAfter(200, 1_000)
      console.log(`heap after 50 pools ${mib(before)}, after 200 more ${mib(after)}`)
      expect(after - before).toBeLessThan(1_000_000)
      expect(await site.seen()).toBe(0)
    })
  })
}

const mib = (bytes: number) => `${(bytes / 2 ** 20).toFixed(2)} MiB`
