/** What fails is tried again, then parked; what stands behind it waits, and nothing else does. */
import { postgres15, postgres18, servers } from '@rowhouse/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import type { ParkedKey } from './events.ts'
import { happened, numbered, openSite, record, recorder, type Site, subscriber, until } from './events.fixture.ts'

for (const { title, url } of await servers(postgres18, postgres15)) {
  describe(title, () => {
    let site: Site
    beforeAll(async () => {
      site = await openSite(url)
    })
    afterAll(() => site.stop())

    test('a handler that fails a few times has its effect once, and none of its attempts leaves a trace', async () => {
      const tenantId = await site.tenant()
      const followed = { ...happened, name: 'things.followed' } as const
      let attempts = 0
      const node = site.node([
        subscriber('test.unsteady', async ({ event: { payload }, db, emit }) => {
          await record(db, `a:${payload.n}`)
          emit(followed, payload)
          attempts += 1
          if (attempts < 4) throw new Error('not yet')
        }),
        subscriber('test.echo', ({ event, db }) => record(db, `echo:${event.payload.n}`), followed),
      ])
      await node.command(tenantId, (emit) => emit(happened, { id: 'a', n: 1 }))
      expect(await site.settled(tenantId)).toEqual(['a:1', 'echo:1'])
      expect(attempts).toBe(4)
      await node.stop()
    })

    test('failures at random, on two nodes, do not disturb the order of a key', async () => {
      const tenantId = await site.tenant('schema')
      const unsteady = recorder('test.random', async () => {
        if (Math.random() < 0.3) throw new Error('now and then')
      })
      const options = { maxAttempts: 100, firstDelayMs: 5, maxDelayMs: 20 }
      const nodes = [site.node([unsteady], options), site.node([unsteady], options)]
      const keys = ['a', 'b', 'c']
      for (let n = 1; n <= 30; n += 1)
        await nodes[n % 2]!.command(tenantId, (emit) => keys.forEach((id) => emit(happened, { id, n })))
      const effects = await site.settled(tenantId, 25_000)
      for (const id of keys) expect(effects.filter((what) => what.startsWith(id))).toEqual(numbered(id, 30))
      await Promise.all(nodes.map((node) => node.stop()))
    })

    test('one that always fails parks its key: what stands behind it waits, other keys and subscribers do not', async () => {
      const tenantId = await site.tenant()
      const lines: string[] = []
      let attempts = 0
      const poisoned = subscriber('test.poisoned', async ({ event, db }) => {
        if (event.key === 'bad' && event.payload.n === 1) {
          attempts += 1
          throw new TypeError(`cannot handle ${event.payload.n}: canary-77d1`)
        }
        await record(db, `poisoned ${event.key}:${event.payload.n}`)
      })
      const node = site.node([poisoned, recorder('test.healthy')], { maxAttempts: 3, lines })
      for (const n of [1, 2]) {
        await node.command(tenantId, (emit) => {
          emit(happened, { id: 'bad', n })
          emit(happened, { id: 'good', n })
        })
      }
      await until(async () => (await node.parkedKeys.list({ after: null, limit: 10 })).items.length === 1)
      await until(async () => (await site.waiting(tenantId)) === 2)
      expect(attempts).toBe(3)
      expect((await site.effectsOf(tenantId)).toSorted()).toEqual([
        ...numbered('bad', 2),
        ...numbered('good', 2),
        'poisoned good:1',
        'poisoned good:2',
      ])
      const [parked] = (await node.parkedKeys.list({ after: null, limit: 10 })).items
      expect(parked).toEqual({
        tenantId,
        subscriber: 'test.poisoned',
        key: 'bad',
        event: { id: expect.any(String), name: 'things.happened', version: 1 },
        attempts: 3,
        error: expect.stringMatching(/^TypeError at .*failures\.test\.ts:\d+/),
        parkedAt: expect.stringMatching(/^\d{4}-.*Z$/),
        waiting: 2,
      })
      expect(lines.filter((line) => line.includes('"event parked"'))).toHaveLength(1)
      expect(lines.join('\n')).not.toContain('canary-77d1')
      await node.stop()
    })

    test('retried by an operator, twice at once and once more, it has its effect once, and then those behind it', async () => {
      const tenantId = await site.tenant()
      let mended = false
      const node = site.node(
        [recorder('test.mended', async () => (mended ? undefined : Promise.reject(new Error('not mended'))))],
        { maxAttempts: 1 },
      )
      const parked = async () =>
        (await node.parkedKeys.list({ after: null, limit: 100 })).items.filter((key) => key.tenantId === tenantId)
      for (let n = 1; n <= 3; n += 1) await node.command(tenantId, (emit) => emit(happened, { id: 'a', n }))
      await until(async () => (await parked()).length === 1)
      // Still broken: it is parked again.
      expect(await node.parkedKeys.retry(tenantId, {})).toBe(1)
      await until(async () => (await parked()).length === 1)
      mended = true
      const retried = await Promise.all([1, 2].map(() => node.parkedKeys.retry(tenantId, { key: 'a' })))
      expect(retried.toSorted((one, other) => one - other)).toEqual([0, 1])
      expect(await site.settled(tenantId)).toEqual(numbered('a', 3))
      expect(await node.parkedKeys.retry(tenantId, { subscriber: 'test.mended' })).toBe(0)
      expect(await parked()).toEqual([])
      expect(await site.effectsOf(tenantId)).toEqual(numbered('a', 3))
      await node.stop()
    })

    test('parked keys come in pages, over tenants and databases', async () => {
      const tenantIds = [await site.tenant('shared'), await site.tenant('database'), await site.tenant('schema')]
      const node = site.node([subscriber('test.pages', async () => Promise.reject(new Error('no')))], {
        maxAttempts: 1,
      })
      for (const tenantId of tenantIds) {
        await node.command(tenantId, (emit) => ['a', 'b', 'c'].forEach((id) => emit(happened, { id, n: 1 })))
      }
      const all = async () => (await node.parkedKeys.list({ after: null, limit: 1000 })).items
      const ours = async () => (await all()).filter(({ subscriber }) => subscriber === 'test.pages')
      await until(async () => (await ours()).length === 9)
      const paged: unknown[] = []
      for (let { items: page } = await node.parkedKeys.list({ after: null, limit: 2 }); page.length > 0;) {
        paged.push(...page)
        page = (await node.parkedKeys.list({ after: page.at(-1)!, limit: 2 })).items
      }
      expect(paged).toEqual(await all())

      // One database is away: what the others have is there, and it is named.
      const away = (await site.deployed.tenants.find(tenantIds[1]!))!.placement.databaseName
      const admin = (sql: string) => site.deployed.admin('postgres', sql)
      await admin(`alter database "${away}" allow_connections false`)
      await admin(`select pg_terminate_backend(pid) from pg_stat_activity where datname = '${away}'`)
      const found = await node.parkedKeys.list({ after: null, limit: 1000 })
      expect(found.unasked).toEqual([away])
      expect(found.items).toEqual((paged as ParkedKey[]).filter(({ tenantId }) => tenantId !== tenantIds[1]))
      await admin(`alter database "${away}" allow_connections true`)
      await node.stop()
    })

    test('a handler that hangs is ended by its deadline and rolled back; another tenant is not kept waiting', async () => {
      const [hanging, other] = [await site.tenant(), await site.tenant()]
      let aborted = 0
      const node = site.node(
        [
          subscriber('test.hanging', async ({ event, db, tenant, signal }) => {
            await record(db, `a:${event.payload.n}`)
            if (tenant.id === hanging) {
              signal.addEventListener('abort', () => (aborted += 1))
              await new Promise(() => {})
            }
          }),
        ],
        { maxAttempts: 2, handlerTimeoutMs: 300 },
      )
      for (let n = 1; n <= 5; n += 1) await node.command(hanging, (emit) => emit(happened, { id: `${n}`, n }))
      for (let n = 1; n <= 20; n += 1) await node.command(other, (emit) => emit(happened, { id: 'a', n }))
      expect(await site.settled(other, 2_000)).toEqual(numbered('a', 20))
      await until(async () => {
        const parked = (await node.parkedKeys.list({ after: null, limit: 100 })).items
        return (
          parked.filter(({ tenantId, error }) => tenantId === hanging && /handler_timed_out/.test(error)).length === 5
        )
      })
      expect(aborted).toBe(10)
      expect(await site.effectsOf(hanging)).toEqual([])
      await node.stop()
    })

    test('an unknown version, a payload that is not JSON or does not fit, and one of absurd depth are parked', async () => {
      const tenantId = await site.tenant()
      const deep = z.object({ id: z.string(), n: z.int(), deep: z.json().optional() })
      const node = site.node(
        [recorder('test.strict'), subscriber('test.deep', async () => {}, { ...happened, payload: deep })],
        {
          maxAttempts: 2,
        },
      )
      const forged: readonly (readonly [key: string, version: number, payload: string])[] = [
        ['version', 7, '{"id":"a","n":1}'],
        ['broken', 1, '{"id":"a",'],
        ['misfit', 1, '{"id":"canary-51ab","n":"canary-51ab"}'],
        ['depth', 1, `{"id":"a","n":1,"deep":${'['.repeat(50_000)}${']'.repeat(50_000)}}`],
      ]
      for (const [key, version, payload] of forged) {
        await site.door.query(
          tenantId,
          `insert into rowhouse.outbox (id, key, name, version, payload, sequence)
           values (gen_random_uuid(), $1, 'things.happened', $2, $3, 1)`,
          [key, version, payload],
        )
      }
      await node.command(tenantId, (emit) => emit(happened, { id: 'fine', n: 1 }))
      const parked = async () =>
        (await node.parkedKeys.list({ after: null, limit: 100 })).items.filter((key) => key.tenantId === tenantId)
      await until(async () => (await parked()).length === 7)
      expect(
        (await parked())
          .filter(({ subscriber }) => subscriber === 'test.strict')
          .map(({ key, error }) => [key, error.split(':')[0]]),
      ).toEqual([
        ['broken', 'events.unreadable_payload'],
        ['misfit', 'events.unreadable_payload'],
        ['version', 'events.unknown_version'],
      ])
      expect(JSON.stringify(await parked())).not.toContain('canary-51ab')
      await until(async () => (await site.effectsOf(tenantId)).includes('fine:1'))
      await node.stop()
    })

    test('an event of another tenant cannot be forged', async () => {
      const [mine, theirs] = [await site.tenant(), await site.tenant()]
      for (const table of ['outbox', 'inbox', 'delivery_keys', 'deliveries']) {
        const columns = {
          outbox: `(tenant_id, id, key, name, version, payload, sequence) values ($1, gen_random_uuid(), 'a', 'n', 1, '{}', 1)`,
          inbox: `(tenant_id, subscriber, event_id) values ($1, 's', gen_random_uuid())`,
          delivery_keys: `(tenant_id, subscriber, key) values ($1, 's', 'k')`,
          deliveries: `(tenant_id, subscriber, key, sequence, event_id, name, version, payload)
            values ($1, 's', 'k', 1, gen_random_uuid(), 'n', 1, '{}')`,
        }[table]!
        const forging = site.door.query(mine, `insert into rowhouse.${table} ${columns}`, [theirs])
        await expect(forging).rejects.toMatchObject({ code: '42501' })
      }
    })
  })
}
