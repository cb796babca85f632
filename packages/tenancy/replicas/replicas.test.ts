import { available, type Cluster, postgres15, postgres18, startCluster } from '@rowhouse/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { deploy, type Deployed, tiers } from '../deployment.fixture.ts'
import { createHorizon, residenceKey, type Tenant } from '../tenancy.ts'
import { openReadingNode, type ReadingNode } from './replicas.fixture.ts'

for (const version of await available(postgres18, postgres15)) {
  describe(`${version.title} with standbys`, () => {
    let cluster: Cluster
    let deployed: Deployed
    let here: ReadingNode
    let there: ReadingNode
    beforeAll(async () => {
      cluster = await startCluster({ version, standbys: 2 })
      deployed = await deploy(cluster.primary.url)
      here = await openReadingNode(deployed, cluster.standbys)
      there = await openReadingNode(deployed, cluster.standbys)
    })
    afterAll(async () => {
      await here?.stop()
      await there?.stop()
      await cluster?.stop()
    })
    const caughtUp = () => Promise.all(cluster.standbys.map((standby) => standby.waitUntilCaughtUp()))

    describe.each(tiers)('%s tier', (tier) => {
      let tenant: Tenant
      beforeAll(async () => {
        tenant = await deployed.tenant(`alpha-${tier}`, tier)
        await Promise.all([here.untilGood(), there.untilGood(), caughtUp()])
      })

      test('what was written through one node is read through the other, from a replica', async () => {
        const horizon = createHorizon()
        let fromReplicas = 0
        for (let n = 0; n < 50; n += 1) {
          const id = `own ${String(n).padStart(3, '0')}`
          await here.write(tenant.id, id, horizon)
          const { ids, server } = await there.read(tenant.id, 'own-writes', horizon)
          expect(ids).toContain(id)
          if (server !== 'primary') fromReplicas += 1
        }
        expect(fromReplicas).toBeGreaterThan(25)
      })

      test('who has nothing to show reads the primary, unless anything of late will do', async () => {
        expect((await there.read(tenant.id, 'own-writes')).server).toBe('primary')
        expect((await there.read(tenant.id, 'strong')).server).toBe('primary')
        await expect.poll(async () => (await there.read(tenant.id, 'eventual')).server).not.toBe('primary')
      })

      test('what may change something is never asked of a replica, nor what locks', async () => {
        const horizon = createHorizon()
        const reads = { freshness: 'eventual', horizon } as const
        const written = await here.door.query(tenant.id, 'insert into notes (id) values ($1)', ['by a query'], reads)
        expect([written.rowCount, horizon.server]).toEqual([1, undefined])
        const locked = await here.door.query(tenant.id, 'select id from notes limit 1 for update', [], reads)
        expect([locked.rowCount, horizon.server]).toEqual([1, 'primary'])
        expect((await there.read(tenant.id, 'own-writes', horizon)).ids).toContain('by a query')
      })

      test('the statements of one call go one way', async () => {
        const ways = new Set()
        for (const way of ['replica', 'primary'] as const) {
          const horizon = createHorizon()
          if (way === 'primary') await here.write(tenant.id, 'one way', horizon)
          for (let n = 0; n < 10; n += 1) {
            const freshness = way === 'primary' ? 'strong' : 'eventual'
            const { server } = await here.read(tenant.id, n === 0 ? freshness : 'eventual', horizon, 'same call')
            ways.add(`${way} ${server}`)
          }
        }
        expect(ways.size).toBe(2)
      })

      test('a tenant that is closed is closed on every server, and one at a new epoch is found there', async () => {
        const moved = await deployed.tenant(`gamma-${tier}`, tier)
        const horizon = createHorizon()
        await here.write(moved.id, 'before', horizon)
        const residents = (change: string, values: unknown[] = []) =>
          deployed.admin(moved.placement.databaseName, `update rowhouse.residents set ${change} where tenant_id = $1`, [
            moved.id,
            ...values,
          ])
        await residents(`state = 'closed'`)
        await caughtUp()
        await expect(here.read(moved.id, 'eventual')).rejects.toMatchObject({ code: 'tenancy.tenant_moving' })
        await deployed.admin(deployed.names.controlDatabase, 'update control.tenants set epoch = 9 where id = $1', [
          moved.id,
        ])
        await residents(`state = 'open', epoch = 9, proof_key = $2`, [residenceKey(deployed.doorKey, moved.id, 9)])
        await caughtUp()
        expect(await here.read(moved.id, 'own-writes', horizon)).toEqual({ ids: ['before'], server: 'primary' })
        expect(horizon.position?.epoch).toBe(9)
        await caughtUp()
        await expect.poll(async () => (await here.read(moved.id, 'own-writes', horizon)).server).not.toBe('primary')
      })

      test('a replica shows the tenant its own rows alone', async () => {
        const other = await deployed.tenant(`beta-${tier}`, tier)
        const horizon = createHorizon()
        await here.write(other.id, 'of beta', horizon)
        await caughtUp()
        // A first connection may take longer than a read waits for one.
        const read = () => here.read(other.id, 'own-writes', horizon)
        await expect.poll(read).toEqual({ ids: ['of beta'], server: expect.any(Number) })
        expect((await here.read(tenant.id, 'eventual')).ids).not.toContain('of beta')
      })
    })
  })
}
