import { setTimeout as sleep } from 'node:timers/promises'
import { available, type Cluster, postgres15, postgres18, startCluster } from '@rowhouse/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { deploy, type Deployed, tiers } from '../deployment.fixture.ts'
import { createHorizon, type Tenant } from '../tenancy.ts'
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

    describe.each(tiers)('%s tier', (tier) => {
      let tenant: Tenant
      beforeAll(async () => {
        tenant = await deployed.tenant(`alpha-${tier}`, tier)
        await Promise.all([here.untilGood(), there.untilGood()])
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
        expect((await there.read(tenant.id, 'eventual')).server).not.toBe('primary')
      })

      test('a replica shows the tenant its own rows alone', async () => {
        const other = await deployed.tenant(`beta-${tier}`, tier)
        const horizon = createHorizon()
        await here.write(other.id, 'of beta', horizon)
        await cluster.standbys[0]!.waitUntilCaughtUp()
        await cluster.standbys[1]!.waitUntilCaughtUp()
        const { ids, server } = await here.read(other.id, 'own-writes', horizon)
        expect(ids).toEqual(['of beta'])
        expect(server).not.toBe('primary')
        expect((await here.read(tenant.id, 'eventual')).ids).not.toContain('of beta')
      })
    })
    void sleep
  })
}
