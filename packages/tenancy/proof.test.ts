import { randomBytes } from 'node:crypto'
import { postgres15, postgres18, servers } from '@rowhouse/testing'
import type pg from 'pg'
import { beforeAll, describe, expect, test } from 'vitest'
import { connect, type Deployed, tiers, shareDeployment } from './deployment.fixture.ts'
import { createProofs, makeProof, type Tenant } from './tenancy.ts'

for (const { title, url } of await servers(postgres18, postgres15)) {
  describe(title, () => {
    let deployed: Deployed
    const tenants: Tenant[] = []

    beforeAll(async () => {
      deployed = await shareDeployment(url)
      for (const tier of tiers) tenants.push(await deployed.tenant(`t-${tier}`, tier))
      tenants.push(await deployed.tenant('other', 'shared'))
    })

    const inMinutes = (minutes: number) => Date.now() + minutes * 60_000
    const proofOf = ({ id, placement }: Tenant, expiresAtMs: number) =>
      makeProof(deployed.doorKey, id, placement.epoch, expiresAtMs)

    /** Answers the tenant that is let in, or the SQLSTATE of the refusal. */
    async function enter(tenant: Tenant, proof: Buffer, begin = 'begin'): Promise<unknown> {
      const client = await connect(deployed.urlIn(tenant.placement.databaseName))
      try {
        await client.query(begin)
        await client.query('select rowhouse.enter($1, $2)', [tenant.id, proof])
        return (await client.query<{ id: string }>('select rowhouse.tenant_id() as id')).rows[0]!.id
      } catch (error) {
        return (error as pg.DatabaseError).code
      } finally {
        await client.end()
      }
    }

    describe.each(tiers)('%s tier', (tier) => {
      const tenant = () => tenants.find((each) => each.tier === tier)!

      test('a proof admits its tenant until it expires', async () => {
        expect(await enter(tenant(), proofOf(tenant(), inMinutes(1)))).toBe(tenant().id)
        expect(await enter(tenant(), proofOf(tenant(), inMinutes(-0.01)))).toBe('RH001')
      })

      test('a proof of another tenant, epoch or door key is not admitted', async () => {
        const other = tenants.find(({ id }) => id !== tenant().id)!
        const { id, placement } = tenant()
        for (const wrong of [
          proofOf(other, inMinutes(1)),
          makeProof(deployed.doorKey, id, placement.epoch + 1, inMinutes(1)),
          makeProof(randomBytes(32), id, placement.epoch, inMinutes(1)),
        ])
          expect(await enter(tenant(), wrong)).toBe('RH001')
      })

      test('the door is entered in READ COMMITTED only', async () => {
        const proof = proofOf(tenant(), inMinutes(1))
        for (const level of ['repeatable read', 'serializable'])
          expect(await enter(tenant(), proof, `begin isolation level ${level}`)).toBe('RH003')
        expect(await enter(tenant(), proof, 'begin isolation level read uncommitted')).toBe('RH003')
      })
    })

    test('no proof with one bit changed, cut short or longer is admitted', async () => {
      const proof = proofOf(tenants[0]!, inMinutes(1))
      const client = await connect(deployed.urlIn(tenants[0]!.placement.databaseName))
      const refused = async (wrong: Buffer) =>
        client.query('select rowhouse.enter($1, $2)', [tenants[0]!.id, wrong]).then(
          () => 'admitted',
          (error: pg.DatabaseError) => error.code,
        )
      for (let bit = 0; bit < proof.length * 8; bit += 1) {
        const wrong = Buffer.from(proof)
        wrong[bit >> 3]! ^= 1 << (bit & 7)
        expect([bit, await refused(wrong)]).toEqual([bit, 'RH001'])
      }
      const odd = [
        Buffer.alloc(0),
        proof.subarray(0, 8),
        proof.subarray(0, 39),
        Buffer.concat([proof, Buffer.alloc(1)]),
      ]
      for (const wrong of odd) expect(await refused(wrong)).toBe('RH001')
      await client.end()
    })
  })
}

test('a proof is made once a minute, and anew for another epoch', () => {
  let now = Date.now()
  const proofs = createProofs(randomBytes(32), { now: () => now })
  const id = '0198c7a0-0000-7000-8000-00000000000a'
  const first = proofs.of(id, 1)
  now += 59_000
  expect(proofs.of(id, 1)).toBe(first)
  expect(proofs.of(id, 2)).not.toEqual(first)
  now += 1_000
  expect(proofs.of(id, 1)).not.toEqual(first)
})
