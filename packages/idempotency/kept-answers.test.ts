/** How answers lie in the table, and for how long. */
import { randomBytes } from 'node:crypto'
import type { Tenant } from '@rowhouse/tenancy'
import { postgres15, postgres18, servers } from '@rowhouse/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { tiers } from '../tenancy/deployment.fixture.ts'
import { type OnceNode, openOnce, openScene, request, sealKey, type Scene, write } from './idempotency.fixture.ts'

const expired = { code: 'http.idempotency_answer_expired', status: 409 }

for (const { title, url } of await servers(postgres18, postgres15)) {
  describe(title, () => {
    let scene: Scene
    beforeAll(async () => (scene = await openScene(url)))
    afterAll(() => scene?.stop())

    describe.each(tiers)('%s tier', (tier) => {
      let tenant: Tenant
      beforeAll(async () => (tenant = await scene.deployed.tenant(`alpha-${tier}`, tier)))

      const run = (key: string, { once }: OnceNode = scene.here) =>
        once.run(tenant.id, request(key), write(key), { secret: key.startsWith('secret') })
      /** What an administrator sees of the tenant's rows, or of one of them. */
      async function rows(what: string, key?: string): Promise<unknown[]> {
        const text = `select ${what} as seen from rowhouse.idempotency_keys where tenant_id = $1`
        const which = key === undefined ? '' : ` and key_hash = '\\x${request(key).keyHash.toString('hex')}'`
        const { admin } = scene.deployed
        const found = await admin<{ seen: unknown }>(tenant.placement.databaseName, text + which, [tenant.id])
        return found.map(({ seen }) => seen)
      }
      const age = (column: 'expires_at' | 'secret_until', key = '') =>
        scene.deployed.admin(
          tenant.placement.databaseName,
          `update rowhouse.idempotency_keys set ${column} = now() where tenant_id = $1 and ($2 = '' or encode(key_hash, 'hex') = $3)`,
          [tenant.id, key, request(key).keyHash.toString('hex')],
        )

      test('an answer that holds a secret is sealed; any other is not', async () => {
        for (const key of ['secret', 'plain']) {
          const { secret } = JSON.parse((await run(key)).body) as { secret: string }
          const [answer] = (await rows('answer', key)) as [Buffer]
          expect(answer.includes(secret)).toBe(key === 'plain')
          expect(answer.length).toBeGreaterThan(secret.length)
        }
      })

      test('it opens with the key that sealed it, also when that is an older one, and under its own name only', async () => {
        const first = await run('secret of old')
        const rotated = openOnce(scene.deployed, { sealKeys: [randomBytes(32), sealKey] })
        expect(await run('secret of old', rotated)).toEqual({ ...first, replayed: true })
        const foreign = openOnce(scene.deployed, { sealKeys: [randomBytes(32)] })
        await expect(run('secret of old', foreign)).rejects.toMatchObject(expired)
        await Promise.all([rotated.stop(), foreign.stop()])

        await run('secret elsewhere')
        await scene.deployed.admin(
          tenant.placement.databaseName,
          `update rowhouse.idempotency_keys set answer = (
             select answer from rowhouse.idempotency_keys where tenant_id = $1 and key_hash = $2
           ) where tenant_id = $1 and key_hash = $3`,
          [tenant.id, request('secret of old').keyHash, request('secret elsewhere').keyHash],
        )
        await expect(run('secret elsewhere')).rejects.toMatchObject(expired)
      })

      test('after ten minutes the secret is gone, but the request is still known', async () => {
        await run('secret for minutes')
        expect(await rows(`secret_until - now() between '9 minutes' and '10 minutes'`, 'secret for minutes')).toEqual([
          true,
        ])
        await age('secret_until', 'secret for minutes')
        await expect(run('secret for minutes')).rejects.toMatchObject(expired)
        await run('whoever comes next clears away')
        expect(await rows('answer is null', 'secret for minutes')).toEqual([true])
        await expect(run('secret for minutes')).rejects.toMatchObject(expired)
        expect(await scene.notes(tenant.id, 'secret for minutes')).toBe(1)
      })

      test('after a day a key is free, and later ones clear the old away, ten at a time', async () => {
        for (let at = 0; at < 25; at += 1) await run(`old ${at}`)
        expect(await rows(`expires_at - now() between '23 hours' and '24 hours'`, 'old 0')).toEqual([true])
        await age('expires_at')
        const left = async () => (await rows('expires_at <= now()')).filter(Boolean).length
        const before = await left()
        await run('new')
        expect(await left()).toBe(before - 10)
        const again = await scene.here.once.run(tenant.id, request('old 24'), write('old again'))
        expect([again.replayed, await scene.notes(tenant.id, 'old again')]).toEqual([false, 1])
        for (let at = 0; at < 5; at += 1) await run(`new ${at}`)
        expect(await left()).toBe(0)
      })
    })
  })
}
