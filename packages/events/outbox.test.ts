/** An event is there exactly when what it tells of is, and none is passed over. */
import { postgres15, postgres18, servers } from '@rowhouse/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { happened, type Node, numbered, openSite, recorder, type Site, subscriber } from './events.fixture.ts'

const wide = { ...happened, payload: z.object({ id: z.string(), text: z.string() }) } as const

for (const { title, url } of await servers(postgres18, postgres15)) {
  describe(title, () => {
    let site: Site
    let node: Node
    beforeAll(async () => {
      site = await openSite(url)
      node = site.node([recorder()], { events: [happened, wide] })
    })
    afterAll(() => site.stop())

    const emitted = (tenantId: string, id: string, n: number) =>
      node.command(tenantId, (emit) => emit(happened, { id, n }))

    test('a transaction that is rolled back has emitted nothing', async () => {
      const tenantId = await site.tenant()
      const failing = node.command(tenantId, async (emit, execute) => {
        await execute(`insert into effects (id, at, what) values (gen_random_uuid(), 0, 'undone')`, [])
        emit(happened, { id: 'a', n: 1 })
        await execute('select 1 / 0', [])
      })
      await expect(failing).rejects.toMatchObject({ code: '22012' })
      await emitted(tenantId, 'a', 2)
      expect(await site.settled(tenantId)).toEqual(['a:2'])
    })

    test('an event that is committed long after later ones were handled is handled too', async () => {
      const tenantId = await site.tenant()
      const { promise: held, resolve: release } = Promise.withResolvers<void>()
      const { promise: written, resolve: write } = Promise.withResolvers<void>()
      const late = node.door.transaction(tenantId, async (execute) => {
        // As `emit` does it, with the transaction left open: its sequence is lower than all that follow.
        await execute(
          `insert into rowhouse.outbox (id, key, name, version, payload, sequence)
           values (gen_random_uuid(), 'a', 'things.happened', 1, '{"id":"a","n":0}',
             (extract(epoch from clock_timestamp()) * 1000000)::bigint)`,
          [],
        )
        write()
        await held
      })
      await written
      for (let n = 1; n <= 200; n += 1) await emitted(tenantId, n % 2 === 0 ? 'a' : 'b', n)
      expect(await site.settled(tenantId)).toHaveLength(200)
      release()
      await late
      const effects = await site.settled(tenantId)
      expect(effects).toHaveLength(201)
      expect(effects.at(-1)).toBe('a:0')
    })

    test('two transactions that take their places in one order and commit in the other are both handled', async () => {
      const tenantId = await site.tenant()
      const steps = ['first', 'second'].map(() => Promise.withResolvers<void>())
      const done: string[] = []
      const stepped = ['first', 'second'].map((name, at) =>
        node
          .command(tenantId, async (emit, execute) => {
            // The transaction id is taken here, the place in the order only when it ends.
            await execute(`insert into effects (id, at, what) values (gen_random_uuid(), 0, '${name}')`, [])
            emit(happened, { id: 'a', n: at })
            await steps[at]!.promise
          })
          .then(() => done.push(name)),
      )
      steps[1]!.resolve()
      await stepped[1]
      await site.settled(tenantId)
      steps[0]!.resolve()
      await stepped[0]
      expect(done).toEqual(['second', 'first'])
      expect((await site.settled(tenantId)).filter((what) => what.startsWith('a'))).toEqual(['a:1', 'a:0'])
    })

    test('what is emitted after a commit comes after it, also when the server’s clock goes back', async () => {
      const tenantId = await site.tenant()
      const idle = site.node([recorder()], { idle: true })
      const later = (n: number) => idle.command(tenantId, (emit) => emit(happened, { id: 'a', n }))
      await later(1)
      // As if it had been emitted while the clock was an hour ahead.
      await site.door.query(tenantId, 'update rowhouse.outbox set sequence = sequence + 3600000000', [])
      await later(2)
      await later(3)
      idle.relay.start()
      expect(await site.settled(tenantId)).toEqual(numbered('a', 3))
      await idle.stop()
    })

    test('a payload that its schema refuses, or that is too large, is a defect: nothing is stored', async () => {
      const tenantId = await site.tenant()
      const canary = 'canary-9f81'
      const attempts: readonly (readonly [(emit: Parameters<Parameters<Node['command']>[1]>[0]) => void, RegExp])[] = [
        [(emit) => emit(happened, { id: canary, n: 1.5 }), /things\.happened 1: \/n \(invalid_type\)/],
        [(emit) => emit(wide, { id: 'a', text: 'x'.repeat(10_000_000) }), /has 10000020 bytes; 262144 are allowed/],
        [(emit) => emit({ ...happened }, { id: 'a', n: 1 }), /No module exports things\.happened/],
        [(emit) => emit(happened, { id: 'a', n: 1 }, { key: '' }), /its key must have 1 to 500 bytes/],
        [(emit) => emit(happened, { id: 'é'.repeat(251), n: 1 }), /its key must have 1 to 500 bytes/],
      ]
      for (const [attempt, words] of attempts) {
        const refused = node.command(tenantId, async (emit, execute) => {
          await execute(`insert into effects (id, at, what) values (gen_random_uuid(), 0, 'kept')`, [])
          attempt(emit)
        })
        await expect(refused).rejects.toMatchObject({
          code: 'events.invalid_event',
          operator: expect.stringMatching(words),
        })
        await expect(refused).rejects.not.toMatchObject({ operator: expect.stringContaining(canary) })
      }
      expect(await site.effectsOf(tenantId)).toEqual([])
      expect(await site.waiting(tenantId)).toBe(0)
    })

    test('every text that JSON can hold arrives as it was sent', async () => {
      const tenantId = await site.tenant()
      const said = { ...happened, name: 'things.said' } as const
      const heard: string[] = []
      const listener = site.node([
        subscriber('test.listener', async ({ event }) => void heard.push(event.payload.id), said),
      ])
      const texts = ['\0', '"\\{}', '𝒳 é \u2028', '\ud800']
      await listener.command(tenantId, (emit) => {
        for (const id of texts) emit(said, { id, n: 1 }, { key: 'texts' })
      })
      await site.settled(tenantId)
      expect(heard).toEqual(texts)
      await listener.stop()
    })

    test('an order does not tell how much other tenants emit', async () => {
      const [quiet, loud] = [await site.tenant(), await site.tenant()]
      // Or its sweep may take away what is to be looked at.
      await node.stop()
      const idle = site.node([], { idle: true })
      const sequences: number[] = []
      for (const between of [0, 50]) {
        for (let n = 0; n < between; n += 1) await idle.command(loud, (emit) => emit(happened, { id: 'a', n }))
        await idle.command(quiet, (emit) => emit(happened, { id: 'a', n: 0 }))
        const { rows } = await site.door.query(quiet, 'select max(sequence) as at from rowhouse.outbox', [])
        sequences.push(Number(rows[0]!['at']))
      }
      // The clock alone: microseconds that anybody can read.
      for (const sequence of sequences) expect(Math.abs(sequence / 1000 - Date.now())).toBeLessThan(20_000)
      await idle.stop()
    })
  })
}
