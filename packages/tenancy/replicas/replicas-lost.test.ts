/** Standbys that are killed, stand still, are promoted, or cancel what is read. */
import { setTimeout as sleep } from 'node:timers/promises'
import { available, type Cluster, postgres15, postgres18, startCluster } from '@rowhouse/testing'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { connect, deploy, type Deployed, tiers } from '../deployment.fixture.ts'
import { createHorizon, type Tenant } from '../tenancy.ts'
import { openReadingNode, type ReadingNode } from './replicas.fixture.ts'

for (const version of await available(postgres18, postgres15)) {
  describe(version.title, () => {
    let cluster: Cluster
    let deployed: Deployed
    let node: ReadingNode
    const tenants: Tenant[] = []
    beforeAll(async () => {
      cluster = await startCluster({ version, standbys: 2, settings: { max_standby_streaming_delay: '50ms' } })
      deployed = await deploy(cluster.primary.url)
      for (const tier of tiers) tenants.push(await deployed.tenant(`alpha-${tier}`, tier))
      node = await openReadingNode(deployed, cluster.standbys)
    })
    afterAll(async () => {
      await node?.stop()
      await cluster?.stop()
    })

    /** Writes and reads without a pause until `work` is done: nobody may fail, or miss what is his. */
    async function meanwhile(work: () => Promise<void>): Promise<{ calls: number; longestMs: number }> {
      const over = new AbortController()
      let calls = 0
      let longestMs = 0
      const users = tenants.flatMap((tenant) =>
        [1, 2].map(async (user) => {
          const horizon = createHorizon()
          while (!over.signal.aborted) {
            const id = `${performance.now()} ${user}`
            await node.write(tenant.id, id, horizon)
            for (const freshness of ['own-writes', 'eventual'] as const) {
              const startMs = performance.now()
              expect((await node.read(tenant.id, freshness, horizon)).ids).toContain(id)
              longestMs = Math.max(longestMs, performance.now() - startMs)
              calls += 1
            }
          }
        }),
      )
      await Promise.all([work().finally(() => over.abort()), ...users])
      return { calls, longestMs }
    }

    test('one that is killed is missed by nobody, and read again once it is back', async () => {
      await node.untilGood()
      const { calls } = await meanwhile(async () => {
        await cluster.standbys[0]!.kill()
        await expect.poll(node.standings).toEqual(['unreachable', 'good'])
        await cluster.standbys[0]!.start()
        await node.untilGood()
      })
      expect(calls).toBeGreaterThan(20)
    })

    test('one that stands still is given up soon, with what was being read there', async () => {
      await node.untilGood()
      const { longestMs } = await meanwhile(async () => {
        const lent = () => node.replicas.all[1]!.list().reduce((sum, { counts }) => sum + counts.lent, 0)
        await expect.poll(lent, { timeout: 10_000 }).toBeGreaterThan(10)
        await cluster.standbys[1]!.freeze()
        await expect.poll(node.standings, { timeout: 5_000 }).toEqual(['good', 'unreachable'])
        await sleep(3_000)
        await cluster.standbys[1]!.thaw()
        await node.untilGood()
      })
      expect(longestMs).toBeLessThan(2_500)
    })

    test('what it cancels, because it must replay what is in the way, the primary answers', async () => {
      await node.untilGood()
      const [tenant] = tenants as [Tenant]
      const horizon = createHorizon()
      const text = `select count(*)::int as n from generate_series(1, 4000000) as g left join notes on id = 'none ' || g`
      const slow = node.door.query(tenant.id, text, [], { freshness: 'eventual', horizon })
      await expect.poll(() => node.replicas.all.map(({ inFlight }) => inFlight)).toContain(1)
      await deployed.admin(tenant.placement.databaseName, 'alter table pooled.notes set (fillfactor = 90)')
      await deployed.admin(tenant.placement.databaseName, 'vacuum full pooled.notes')
      expect((await slow).rows).toEqual([{ n: 4_000_000 }])
      expect(horizon.server).toBe('primary')
    })

    // The last of them: it uses the cluster up.
    test('a standby is promoted: it is read no more, and the other is again once it follows', async () => {
      const { primary, standbys } = cluster
      const [next, other] = standbys
      const hosts = `@127.0.0.1:${primary.port},127.0.0.1:${next!.port}/`
      const anywhere = (url: string) => url.replace(/@[^/]+\//, hosts)
      const names = { applicationUrl: anywhere(deployed.applicationUrl), relayUrl: anywhere(deployed.relayUrl) }
      const survivor = await openReadingNode({ ...deployed, ...names }, standbys)
      onTestFinished(() => survivor.stop())
      await survivor.untilGood()
      const horizons = tenants.map(() => createHorizon())
      for (const [at, { id }] of tenants.entries()) await survivor.write(id, 'before', horizons[at])
      await Promise.all(standbys.map((standby) => standby.waitUntilCaughtUp()))

      await primary.kill()
      await next!.promote()
      await other!.follow(next!)
      await expect.poll(() => survivor.standings()[0]).not.toBe('good')
      for (const [at, { id }] of tenants.entries()) {
        const horizon = horizons[at]!
        const read = () => survivor.read(id, 'own-writes', horizon).catch(String)
        await expect.poll(read, { timeout: 10_000 }).toMatchObject({ server: 'primary' })
        expect(horizon.position?.timeline).toBe(2)
        await survivor.write(id, 'after', horizon)
        const { ids } = await survivor.read(id, 'own-writes', horizon)
        expect(ids).toEqual(expect.arrayContaining(['before', 'after']))
      }

      // Its timeline is known for certain once it has written a restart point of the new one.
      for (const server of [next!, other!]) {
        await other!.waitUntilCaughtUp()
        const administrator = await connect(server.url)
        await administrator.query('checkpoint')
        await administrator.end()
      }
      await expect.poll(() => survivor.standings()[1], { timeout: 10_000 }).toBe('good')
      const again = () => survivor.read(tenants[0]!.id, 'own-writes', horizons[0])
      await expect.poll(again).toMatchObject({ server: 2, ids: expect.arrayContaining(['before', 'after']) })
    })
  })
}
