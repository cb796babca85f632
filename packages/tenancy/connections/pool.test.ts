/** One database's connections: bounds, turns, and what happens when connections or the server break. */
import { setTimeout as sleep } from 'node:timers/promises'
import { postgres18, servers } from '@rowhouse/testing'
import { afterEach, describe, expect, test } from 'vitest'
import { openSite, pidOf, type Site, type SiteOptions } from './pools.fixture.ts'

const exhausted = { code: 'tenancy.pool_exhausted', status: 503, retryAfterS: 1 }
const unavailable = { code: 'tenancy.database_unavailable', status: 503 }

for (const { title, url } of await servers(postgres18)) {
  describe(title, () => {
    let site: Site
    afterEach(() => site.stop())
    const open = async (options: SiteOptions) => (site = await openSite(url, options))
    const state = () => site.pools.list()[0]!
    const pid = () => site.pools.lend('one', pidOf)

    test('never more connections than the bound; everyone has a turn', async () => {
      await open({ maxConnections: 3 })
      let most = 0
      const calls = Array.from({ length: 60 }, () =>
        site.pools.lend('one', async (client) => {
          most = Math.max(most, state().lent)
          return (await client.query('select pg_sleep(0.01)')).rowCount
        }),
      )
      const seen: number[] = []
      while (state().waiting > 0) seen.push(await site.seen())
      expect(await Promise.all(calls)).toEqual(Array(60).fill(1))
      expect([most, Math.max(...seen), site.attempts()]).toEqual([3, 3, 3])
      expect(state()).toMatchObject({ size: 3, open: 3, idle: 3, lent: 0, waiting: 0, counts: { lent: 60 } })
    })

    test('the connection that was used last is used again', async () => {
      await open({ maxConnections: 3 })
      const loans = await Promise.all([1, 2, 3].map(() => site.pools.borrow('one')))
      for (const { giveBack } of loans) giveBack()
      for (let n = 0; n < 5; n += 1)
        await site.pools.lend('one', async (client) => expect(client).toBe(loans[2]!.client))
    })

    test('what is idle for long is closed, and then the pool is gone', async () => {
      await open({ idleTimeoutMs: 200 })
      await pid()
      expect(state()).toMatchObject({ open: 1, idle: 1 })
      await expect.poll(() => site.pools.list()).toEqual([])
      expect(await site.seen()).toBe(0)
      expect(await pid()).toBeGreaterThan(0)
    })

    test('beyond the bound of the queue a call is refused at once, and at the deadline the others', async () => {
      await open({ maxConnections: 1, maxWaiting: 3, acquireTimeoutMs: 300 })
      const loan = await site.pools.borrow('one')
      const startMs = performance.now()
      const outcomes = await Promise.all(
        Array.from({ length: 5 }, () =>
          site.pools.borrow('one').then(
            () => 'lent',
            (error: Error) => ({ error, ms: performance.now() - startMs }),
          ),
        ),
      )
      for (const outcome of outcomes) expect(outcome).toMatchObject({ error: exhausted })
      const early = outcomes.filter((outcome) => typeof outcome === 'object' && outcome.ms < 150)
      expect(early).toHaveLength(2)
      expect(outcomes[0]).toMatchObject({ error: { operator: expect.stringContaining('1 of 1 lent') } })
      expect(performance.now() - startMs).toBeLessThan(2_000)
      expect(state().counts).toMatchObject({ refused: 2, timedOut: 3, longestWaitMs: expect.closeTo(300, -2) })
      loan.giveBack()
      expect(await pid()).toBeGreaterThan(0)
    })

    test('a full queue makes way for a tenant with fewer waiting calls', async () => {
      await open({ maxConnections: 1, maxWaiting: 10 })
      const loan = await site.pools.borrow('one')
      const flood = Array.from({ length: 20 }, () => site.pools.lend('one', async () => 'served', 'flood'))
      const outcomes = Promise.allSettled(flood)
      const quiet = [1, 2].map(() => site.pools.lend('one', async () => 'served', 'quiet'))
      expect(state().waiting).toBe(10)
      loan.giveBack()
      expect(await Promise.all(quiet)).toEqual(['served', 'served'])
      const served = (await outcomes).map(({ status }) => status === 'fulfilled')
      expect(served).toEqual([...Array(8).fill(true), ...Array(12).fill(false)])
    })

    test('a flood of one tenant delays another tenant’s single call by one turn', async () => {
      await open({ maxConnections: 1 })
      const turns: string[] = []
      const call = (tenant: string | undefined) =>
        site.pools.lend(
          'one',
          async (client) => {
            turns.push(tenant ?? 'platform')
            await client.query('select 1')
          },
          tenant,
        )
      const flood = Promise.all(Array.from({ length: 1_000 }, () => call('flood')))
      for (const other of ['quiet', undefined, 'another', 'quiet']) {
        await expect.poll(() => turns.length, { interval: 1 }).toBeGreaterThan(10)
        turns.length = 0
        await call(other)
        // Before it: who has been given the connection already, and at most one more.
        expect([0, 1, 2]).toContain(turns.indexOf(other ?? 'platform'))
      }
      const others = ['a', 'b', 'c']
      turns.length = 0
      await Promise.all(others.flatMap((other) => [call(other), call(other)]))
      expect(turns.slice(0, turns.lastIndexOf('c')).filter((turn) => turn === 'flood').length).toBeLessThanOrEqual(3)
      expect(turns.filter((turn) => turn !== 'flood').join('')).toBe('abcabc')
      await flood
    })

    test('a tenant has its share of a shared pool at most, the platform has no bound, nor a dedicated pool', async () => {
      const kindOf = (name: string) => (name === 'own' ? 'dedicated' : 'shared')
      await open({ maxConnections: 4, tenantShare: 0.5, kindOf, acquireTimeoutMs: 1_000 })
      const lentOf = async (database: string, tenant: string | undefined) => {
        const calls = await Promise.allSettled(Array.from({ length: 6 }, () => site.pools.borrow(database, tenant)))
        const loans = calls.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []))
        for (const { giveBack } of loans) giveBack()
        return loans.length
      }
      expect(await lentOf('one', 'a')).toBe(2)
      expect(await lentOf('one', undefined)).toBe(4)
      expect(await lentOf('own', 'a')).toBe(4)
      const flood = await Promise.all([1, 2].map(() => site.pools.borrow('one', 'a')))
      const waits = site.pools.borrow('one', 'a')
      // Two are idle, and the one who waits may not have them.
      await site.pools.lend('one', pidOf, 'b')
      expect(state()).toMatchObject({ idle: 2, lent: 2, waiting: 1 })
      flood[0]!.giveBack()
      for (const { giveBack } of [flood[1]!, await waits]) giveBack()
    })

    test('an idle connection that dies is dropped in silence; one that dies while lent is never lent again', async () => {
      await open({ maxConnections: 1 })
      const first = await pid()
      await site.kill(first)
      await expect.poll(() => state().open).toBe(0)
      const second = await pid()
      expect(second).not.toBe(first)

      const loan = await site.pools.borrow('one')
      const next = pid()
      await site.kill(second)
      await expect(loan.client.query('select 1')).rejects.toThrow()
      loan.giveBack()
      expect(await next).not.toBe(second)
      expect(state()).toMatchObject({ open: 1, lent: 0, counts: { connectFailures: 0 } })
    })

    test('one in doubt is closed, and given back twice it is given back once', async () => {
      await open({ maxConnections: 1 })
      const before = await pid()
      const loan = await site.pools.borrow('one')
      loan.doubt()
      loan.giveBack()
      loan.giveBack()
      expect(await pid()).not.toBe(before)
      expect(state()).toMatchObject({ open: 1, lent: 0, counts: { doubted: 1 } })
      expect(await site.seen()).toBe(1)
    })

    test('one given back in the middle of a statement is closed at once', async () => {
      await open({ maxConnections: 1 })
      const loan = await site.pools.borrow('one')
      const slow = loan.client.query('select pg_sleep(20)').catch((error: unknown) => error)
      loan.doubt()
      loan.giveBack()
      expect(await pid()).toBeGreaterThan(0)
      expect(await slow).toBeInstanceOf(Error)
    })

    test('with the server gone calls wait and fail clearly; one at a time asks; when it is back all are served', async () => {
      await open({ maxConnections: 8, acquireTimeoutMs: 800 })
      await pid()
      await site.cut()
      await expect.poll(() => state().open).toBe(0)
      const before = site.attempts()
      const failing = await Promise.allSettled(Array.from({ length: 40 }, () => pid()))
      for (const each of failing) expect(each).toMatchObject({ status: 'rejected', reason: unavailable })
      expect(state()).toMatchObject({ open: 0, waiting: 0, counts: { timedOut: 40 } })
      // Eight at first, before any of them was refused.
      expect(site.attempts() - before).toBeLessThan(8 + 15)

      const waiting = Promise.all(Array.from({ length: 40 }, () => pid()))
      await sleep(100)
      const refused = site.attempts()
      await site.restore()
      expect(new Set(await waiting).size).toBeLessThanOrEqual(8)
      expect(site.attempts() - refused).toBeLessThanOrEqual(8 + 3)
    })

    test('a pool that is stopped waits for what is lent, and refuses whoever waits', async () => {
      await open({ maxConnections: 1 })
      const loan = await site.pools.borrow('one')
      const waits = pid()
      const outcome = expect(waits).rejects.toMatchObject(unavailable)
      let stopped = false
      const stopping = site.pools.stop().then(() => (stopped = true))
      await outcome
      await sleep(50)
      expect(stopped).toBe(false)
      loan.giveBack()
      await stopping
      expect(await site.seen()).toBe(0)
      await expect(pid()).rejects.toMatchObject(unavailable)
    })
  })
}
