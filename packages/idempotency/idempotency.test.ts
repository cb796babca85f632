import { setTimeout as sleep } from 'node:timers/promises'
import { type Execute, tenancyErrors, type Tenant } from '@rowhouse/tenancy'
import { postgres15, postgres18, servers } from '@rowhouse/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { tiers } from '../tenancy/deployment.fixture.ts'
import { inFlight, type OnceNode, openOnce, openScene, request, type Scene, write } from './idempotency.fixture.ts'

for (const { title, url } of await servers(postgres18, postgres15)) {
  describe(title, () => {
    let scene: Scene
    beforeAll(async () => (scene = await openScene(url)))
    afterAll(() => scene?.stop())

    describe.each(tiers)('%s tier', (tier) => {
      let tenant: Tenant
      let neighbour: Tenant
      let here: OnceNode
      let there: OnceNode
      beforeAll(async () => {
        ;({ here, there } = scene)
        tenant = await scene.deployed.tenant(`alpha-${tier}`, tier)
        neighbour = await scene.deployed.tenant(`beta-${tier}`, tier)
      })
      const notes = (beginning: string, { id } = tenant) => scene.notes(id, beginning)

      test('the same request has one effect and one answer, on whatever node', async () => {
        const first = await here.once.run(tenant.id, request('same'), write('same'))
        expect(first.replayed).toBe(false)
        for (const node of [here, there]) {
          expect(await node.once.run(tenant.id, request('same'), write('same again'))).toEqual({
            ...first,
            replayed: true,
          })
        }
        expect(await notes('same')).toBe(1)
      })

      test('another request with the key is refused; another tenant’s key is another', async () => {
        await here.once.run(tenant.id, request('taken', 'one'), write('taken'))
        for (const node of [here, there]) {
          const reused = node.once.run(tenant.id, request('taken', 'two'), write('taken too'))
          await expect(reused).rejects.toMatchObject({ code: 'http.idempotency_key_reused', status: 422 })
        }
        const theirs = await here.once.run(neighbour.id, request('taken', 'two'), write('taken'))
        expect(theirs.replayed).toBe(false)
        expect([await notes('taken'), await notes('taken', neighbour)]).toEqual([1, 1])
      })

      test('while the first is under way, its node refuses at once, and another node waits for its answer', async () => {
        const gate = Promise.withResolvers<void>()
        const begun = Promise.withResolvers<void>()
        const working = write('slow', async () => {
          begun.resolve()
          await gate.promise
        })
        const first = here.once.run(tenant.id, request('slow'), working)
        await begun.promise
        await expect(here.once.run(tenant.id, request('slow'), write('slow 2'))).rejects.toMatchObject(inFlight)
        await expect(here.once.run(tenant.id, request('slow', 'other'), write('slow 3'))).rejects.toMatchObject({
          status: 422,
        })
        const waiting = there.once.run(tenant.id, request('slow'), write('slow 4'))
        await sleep(100)
        gate.resolve()
        expect(await waiting).toEqual({ ...(await first), replayed: true })
        expect(await notes('slow')).toBe(1)
      })

      test('of 50 at once over two nodes one has the effect', async () => {
        const runs = Array.from({ length: 50 }, (_, at) =>
          [here, there][at % 2]!.once.run(tenant.id, request('parallel'), write(`parallel ${at}`)),
        )
        const ended = await Promise.allSettled(runs)
        const answers = ended.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []))
        expect(new Set(answers.map(({ body }) => body)).size).toBe(1)
        expect(answers.filter(({ replayed }) => !replayed)).toHaveLength(1)
        for (const each of ended) if (each.status === 'rejected') expect(each.reason).toMatchObject(inFlight)
        expect(await notes('parallel')).toBe(1)
      })

      test('a refusal has no effect and is kept; what failed may be tried again', async () => {
        const refused = (refusal: Error) =>
          here.once.run(
            tenant.id,
            request('refused'),
            write('refused', async () => {
              throw refusal
            }),
          )
        await expect(refused(new Error('broken'))).rejects.toThrow('broken')
        await expect(refused(tenancyErrors.databaseUnavailable())).rejects.toMatchObject({ status: 503 })
        await expect(refused(tenancyErrors.slugTaken())).rejects.toMatchObject({ status: 409 })
        const kept = await here.once.run(tenant.id, request('refused'), write('refused'))
        expect(kept).toMatchObject({ status: 409, replayed: true, body: expect.stringContaining('tenancy.slug_taken') })
        expect(await there.once.run(tenant.id, request('refused'), write('refused'))).toEqual(kept)
        expect(await notes('refused')).toBe(0)
      })

      test('who is refused while another has the effect gets the other’s answer', async () => {
        const first = await here.once.run(tenant.id, request('overtaken'), async () => {
          const other = await there.once.run(tenant.id, request('overtaken'), write('overtaken'))
          expect(other.replayed).toBe(false)
          throw tenancyErrors.slugTaken()
        })
        expect(first).toMatchObject({ status: 201, replayed: true })
        expect(await notes('overtaken')).toBe(1)
      })

      test('a handler that goes on after its request was answered before still has no effect', async () => {
        const first = await here.once.run(tenant.id, request('stubborn'), write('stubborn'))
        for (const stubborn of [
          async () => 'nothing asked',
          async (execute: Execute) => {
            void execute('insert into notes (id) values ($1)', ['stubborn, not awaited'])
            await execute('insert into notes (id) values ($1)', ['stubborn, caught']).catch(() => {})
            return 'another answer'
          },
        ]) {
          expect(await here.once.run(tenant.id, request('stubborn'), stubborn)).toEqual({ ...first, replayed: true })
        }
        expect(await notes('stubborn')).toBe(1)
      })

      test('what comes before the first statement holds no connection', async () => {
        const narrow = openOnce(scene.deployed, { maxConnections: 1, acquireTimeoutMs: 500 })
        const gate = Promise.withResolvers<void>()
        const thinking = narrow.once.run(tenant.id, request('thoughtful'), async (execute) => {
          await gate.promise
          return write('thoughtful')(execute)
        })
        expect((await narrow.door.query(tenant.id, 'select 1 as one', [])).rows).toEqual([{ one: 1 }])
        gate.resolve()
        expect((await thinking).replayed).toBe(false)
        await narrow.stop()
      })
    })
  })
}
