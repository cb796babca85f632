/** What is emitted is acted on once in effect, in the order of its key, in every tier. */
import { postgres15, postgres18, servers } from '@rowhouse/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { happened, numbered, openSite, record, recorder, type Site, subscriber, tiers } from './events.fixture.ts'

for (const { title, url } of await servers(postgres18, postgres15)) {
  describe(title, () => {
    let site: Site
    beforeAll(async () => {
      site = await openSite(url)
    })
    afterAll(() => site.stop())

    test.each(tiers)('%s: each key in its order', async (tier) => {
      const tenantId = await site.tenant(tier)
      const node = site.node([recorder()])
      for (let n = 1; n <= 20; n += 1) {
        await node.command(tenantId, (emit) => {
          emit(happened, { id: 'a', n })
          emit(happened, { id: 'b', n })
        })
      }
      const effects = await site.settled(tenantId)
      for (const id of ['a', 'b']) expect(effects.filter((what) => what.startsWith(id))).toEqual(numbered(id, 20))
      await node.stop()
    })

    test('three relays at once: every event once, one of a key at a time, in order', async () => {
      const tenantIds = [await site.tenant('shared'), await site.tenant('schema')]
      const busy = new Set<string>()
      let overlaps = 0
      const exclusive = subscriber('test.exclusive', async ({ event, tenant, db }) => {
        const key = `${tenant.id} ${event.key}`
        if (busy.has(key)) overlaps += 1
        busy.add(key)
        try {
          await record(db, `${event.payload.id}:${event.payload.n}`)
        } finally {
          busy.delete(key)
        }
      })
      const nodes = [1, 2, 3].map(() => site.node([exclusive]))
      const keys = ['a', 'b', 'c', 'd', 'e']
      // Of one key nobody emits before the last event of it is committed, from whichever node.
      await Promise.all(
        tenantIds.flatMap((tenantId) =>
          keys.map(async (id) => {
            for (let n = 1; n <= 40; n += 1) await nodes[n % 3]!.command(tenantId, (emit) => emit(happened, { id, n }))
          }),
        ),
      )
      for (const tenantId of tenantIds) {
        const effects = await site.settled(tenantId, 25_000)
        expect(effects).toHaveLength(200)
        for (const id of keys) expect(effects.filter((what) => what.startsWith(id))).toEqual(numbered(id, 40))
      }
      expect(overlaps).toBe(0)
      await Promise.all(nodes.map((node) => node.stop()))
    })

    test('every subscriber of an event has it, and what one emits another handles', async () => {
      const tenantId = await site.tenant()
      const followed = { ...happened, name: 'things.followed' } as const
      const node = site.node([
        subscriber('test.leader', async ({ event, db, emit }) => {
          await record(db, `leader ${event.payload.n}`)
          emit(followed, { id: event.payload.id, n: event.payload.n + 1 })
        }),
        recorder('test.other'),
        subscriber('test.follower', ({ event, db }) => record(db, `follower ${event.payload.n}`), followed),
      ])
      await node.command(tenantId, (emit) => emit(happened, { id: 'a', n: 1 }))
      expect((await site.settled(tenantId)).toSorted()).toEqual(['a:1', 'follower 2', 'leader 1'])
      await node.stop()
    })

    test('what nobody subscribes to is let go; what a node has never heard of stays for one that has', async () => {
      const tenantId = await site.tenant()
      const unheard = { ...happened, name: 'things.unheard' } as const
      const listener = subscriber('test.newer', ({ event, db }) => record(db, event.name), unheard)
      const newer = site.node([listener], { idle: true })
      await newer.command(tenantId, (emit) => {
        emit(happened, { id: 'a', n: 1 })
        emit(unheard, { id: 'a', n: 2 })
      })
      const old = site.node([])
      await expect.poll(() => site.waiting(tenantId)).toBe(1)
      newer.relay.start()
      expect(await site.settled(tenantId)).toEqual(['things.unheard'])
      await Promise.all([old.stop(), newer.stop()])
    })

    test('two subscribers of one name are refused: what one has handled the other would never see', () => {
      expect(() => site.node([recorder('test.twice'), recorder('test.twice')])).toThrow(
        /Two subscribers are called test\.twice/,
      )
    })

    test('a relay that stops finishes what it handles, and begins nothing more', async () => {
      const tenantId = await site.tenant()
      const { promise: begun, resolve: begin } = Promise.withResolvers<void>()
      const slow = site.node([
        subscriber('test.slow', async ({ event, db }) => {
          begin()
          await new Promise((resolve) => setTimeout(resolve, 200))
          await record(db, `slow ${event.payload.n}`)
        }),
      ])
      for (const n of [1, 2]) await slow.command(tenantId, (emit) => emit(happened, { id: 'a', n }))
      await begun
      await slow.stop()
      expect(await site.effectsOf(tenantId)).toEqual(['slow 1'])
      expect(await site.waiting(tenantId)).toBe(1)
    })
  })
}
