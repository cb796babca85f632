/** The door's own words on a standby, and what they tell whoever has no proof. */
import { available, type Cluster, postgres15, postgres18, startCluster } from '@rowhouse/testing'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { connect, deploy, type Deployed, tiers } from '../deployment.fixture.ts'
import { makeProof, type Tenant } from '../tenancy.ts'

for (const version of await available(postgres18, postgres15)) {
  describe(version.title, () => {
    let cluster: Cluster
    let deployed: Deployed
    const clients: pg.Client[] = []
    beforeAll(async () => {
      cluster = await startCluster({ version })
      deployed = await deploy(cluster.primary.url)
    })
    afterAll(async () => {
      await Promise.all(clients.map((client) => client.end()))
      await cluster?.stop()
    })
    const caughtUp = () => cluster.standbys[0]!.waitUntilCaughtUp()

    async function client(url: string): Promise<pg.Client> {
      const opened = await connect(url)
      clients.push(opened)
      return opened
    }
    const atStandby = (url: string) => client(url.replace(/:\d+\//, `:${cluster.standbys[0]!.port}/`))
    const inAMinute = () => Date.now() + 60_000
    const proofOf = ({ id, placement }: Tenant, expiresAtMs = inAMinute()) =>
      makeProof(deployed.doorKey, id, placement.epoch, expiresAtMs)
    const enter = (session: pg.Client, { id }: Tenant, proof: Buffer, after = '0/0') =>
      session.query('select rowhouse.enter_replica($1, $2, $3)', [id, proof, after])
    const refusal = (answer: Promise<unknown>) =>
      answer.then(
        () => 'let in',
        (error: pg.DatabaseError) => error.code,
      )

    describe.each(tiers)('%s tier', (tier) => {
      let tenant: Tenant
      let other: Tenant
      let standby: pg.Client
      let primary: pg.Client
      beforeAll(async () => {
        tenant = await deployed.tenant(`alpha-${tier}`, tier)
        other = await deployed.tenant(`beta-${tier}`, tier)
        primary = await client(deployed.urlIn(tenant.placement.databaseName))
        await caughtUp()
        standby = await atStandby(deployed.urlIn(tenant.placement.databaseName))
      })

      test('whoever has the proof is in, until the transaction ends', async () => {
        await standby.query('begin')
        await enter(standby, tenant, proofOf(tenant))
        expect((await standby.query('select rowhouse.tenant_id() as id')).rows).toEqual([{ id: tenant.id }])
        expect((await standby.query('select id from notes')).rows).toEqual([])
        await standby.query('commit')
        expect((await standby.query('select rowhouse.tenant_id() as id')).rows).toEqual([{ id: null }])
      })

      test('who has a false one, an old one, another’s or none is not, and learns nothing of the log', async () => {
        const forged = proofOf(tenant)
        forged[20]! ^= 1
        const refused = [forged, proofOf(tenant, Date.now() - 1), proofOf(other), Buffer.alloc(40), Buffer.alloc(0)]
        for (const proof of refused) {
          for (const after of ['0/0', 'FFFFFFFF/FFFFFFFF']) {
            expect(await refusal(enter(standby, tenant, proof, after))).toBe('RH001')
          }
          const { rows } = await standby.query('select rowhouse.seen($1, $2) as seen', [tenant.id, proof])
          expect(rows).toEqual([{ seen: null }])
        }
      })

      test('who asks for more than there is, hears that it is not there yet', async () => {
        expect(await refusal(enter(standby, tenant, proofOf(tenant), 'FFFFFFFF/FFFFFFFF'))).toBe('RH004')
        const { rows } = await primary.query('select lsn from rowhouse.position($1, $2)', [tenant.id, proofOf(tenant)])
        await deployed.admin('postgres', `select pg_logical_emit_message(false, 'after', 'that')`)
        await caughtUp()
        expect(await refusal(enter(standby, tenant, proofOf(tenant), rows[0]!.lsn))).toBe('let in')
      })

      test('what was seen is somewhere between what was replayed before and after', async () => {
        const replayed = async () => {
          const text = 'select pg_last_wal_replay_lsn() as lsn'
          const administrator = await atStandby(cluster.primary.url)
          return (await administrator.query<{ lsn: string }>(text)).rows[0]!.lsn
        }
        const before = await replayed()
        const { rows } = await standby.query(
          'select seen >= $3 as late, seen <= $4::pg_lsn + 1 as early from rowhouse.seen($1, $2) as seen',
          [tenant.id, proofOf(tenant), before, await replayed()],
        )
        expect(rows).toEqual([{ late: true, early: true }])
      })

      test('on the primary, or in a transaction that looks back, nobody is let in', async () => {
        expect(await refusal(enter(primary, tenant, proofOf(tenant)))).toBe('RH005')
        await standby.query('begin isolation level repeatable read')
        expect(await refusal(enter(standby, tenant, proofOf(tenant)))).toBe('RH003')
        await standby.query('rollback')
      })

      test('how far a standby is, is the relay’s to know', async () => {
        for (const text of [
          'select * from rowhouse.replayed()',
          'select pg_last_wal_replay_lsn()',
          'select pg_last_wal_receive_lsn()',
          'select * from pg_control_checkpoint()',
          `select rowhouse.enter_standby('${tenant.id}', '', '0/0')`,
        ])
          expect(await refusal(standby.query(text))).toBe('42501')
        expect((await standby.query('select rowhouse.replayed_timeline() as n')).rows).toEqual([{ n: 1 }])
        expect((await primary.query('select rowhouse.replayed_timeline() as n')).rows).toEqual([{ n: null }])
        const relay = await atStandby(deployed.relayUrl)
        const { rows } = await relay.query('select timeline, lsn > $1 as started from rowhouse.replayed()', ['0/0'])
        expect(rows).toEqual([{ timeline: 1, started: true }])
      })
    })
  })
}
