/** Nodes that freeze, die or lose their connection while they carry out a request with a key. */
import { spawn } from 'node:child_process'
import { once as happens } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { Tenant } from '@rowhouse/tenancy'
import { postgres15, postgres18, servers } from '@rowhouse/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { tiers } from '../tenancy/deployment.fixture.ts'
import { type Crash, inFlight, type OnceNode, openScene, request, type Scene, write } from './idempotency.fixture.ts'

const program = fileURLToPath(new URL('./idempotency.fixture.ts', import.meta.url))

for (const { title, url } of await servers(postgres18, postgres15)) {
  describe(title, () => {
    let scene: Scene
    beforeAll(async () => (scene = await openScene(url)))
    afterAll(() => scene?.stop())

    describe.each(tiers)('%s tier', (tier) => {
      let tenant: Tenant
      let here: OnceNode
      let there: OnceNode
      beforeAll(async () => {
        ;({ here, there } = scene)
        tenant = await scene.deployed.tenant(`alpha-${tier}`, tier)
      })
      const notes = (beginning: string, { id } = tenant) => scene.notes(id, beginning)

      test('a node that is frozen holds the key until PostgreSQL ends its transaction; awake, it has no effect', async () => {
        const gate = Promise.withResolvers<void>()
        const begun = Promise.withResolvers<void>()
        const frozen = here.once.run(
          tenant.id,
          request('frozen'),
          write('frozen first', async () => {
            begun.resolve()
            await gate.promise
          }),
        )
        frozen.catch(() => {})
        await begun.promise
        await expect(there.once.run(tenant.id, request('frozen'), write('frozen early'))).rejects.toMatchObject(
          inFlight,
        )
        const second = () => there.once.run(tenant.id, request('frozen'), write('frozen second')).catch(() => null)
        await expect.poll(second, { timeout: 10_000 }).not.toBeNull()
        gate.resolve()
        await expect(frozen).rejects.toMatchObject({ code: 'tenancy.database_unavailable' })
        expect(await notes('frozen second')).toBe(1)
        expect(await notes('frozen')).toBe(1)
      })

      test.each(['idempotency.kept', 'idempotency.committed'])(
        'killed at %s, the repetition has the one effect',
        async (crashAt) => {
          const { names, applicationUrl, doorKey } = scene.deployed
          const crash: Crash = {
            names,
            applicationUrl,
            doorKey: doorKey.toString('hex'),
            tenantId: tenant.id,
            note: crashAt,
            crashAt,
          }
          const child = spawn(process.execPath, [program, JSON.stringify(crash)], { stdio: 'inherit' })
          expect(await happens(child, 'exit')).toEqual([null, 'SIGKILL'])
          const committed = crashAt === 'idempotency.committed'
          expect(await notes(crashAt)).toBe(committed ? 1 : 0)
          const again = await here.once.run(tenant.id, request(crashAt), write(crashAt))
          expect(again.replayed).toBe(committed)
          expect(JSON.parse(again.body)).toMatchObject({ note: crashAt })
          expect(await notes(crashAt)).toBe(1)
        },
      )

      test.each(['before', 'answered'] as const)(
        'a COMMIT whose answer is lost (%s) is settled within the request',
        async (moment) => {
          const name = `lost ${moment}`
          await here.door.query(tenant.id, 'select 1', [])
          let attempts = 0
          const first = await here.once.run(tenant.id, request(name), (execute) => {
            attempts += 1
            return write(name, async () => {
              if (attempts === 1) scene.tap.cutAt('rh_commit', moment)
            })(execute)
          })
          // When it was committed, the second attempt breaks off at its first statement.
          expect([attempts, first.replayed, await notes(name)]).toEqual([2, false, 1])
          expect(await there.once.run(tenant.id, request(name), write(name))).toEqual({ ...first, replayed: true })
        },
      )

      test('an outcome that cannot be learned is unknown, until the key is sent again', async () => {
        const name = 'lost twice'
        const lost = here.once.run(
          tenant.id,
          request(name),
          write(name, async () => scene.tap.cutAt('rh_commit', 'before')),
        )
        await expect(lost).rejects.toMatchObject({
          code: 'tenancy.outcome_unknown',
          detail: expect.stringContaining('same Idempotency-Key'),
        })
        expect(await notes(name)).toBe(0)
        expect((await here.once.run(tenant.id, request(name), write(name))).replayed).toBe(false)
        expect(await notes(name)).toBe(1)
      })
    })
  })
}
