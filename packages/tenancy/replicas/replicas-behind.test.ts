/** Standbys that are behind: paused, delayed, or only said to be elsewhere. */
import { setTimeout as sleep } from 'node:timers/promises'
import { available, type Cluster, postgres15, postgres18, type Standby, startCluster } from '@rowhouse/testing'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { deploy, type Deployed } from '../deployment.fixture.ts'
import { createHorizon, type Tenant } from '../tenancy.ts'
import { openReadingNode, type ReadingNode, type ReadingOptions } from './replicas.fixture.ts'

for (const version of await available(postgres18, postgres15)) {
  describe(version.title, () => {
    let cluster: Cluster
    let deployed: Deployed
    let tenant: Tenant
    let slow: Standby
    beforeAll(async () => {
      cluster = await startCluster({ version, standbys: 2 })
      slow = cluster.standbys[0]!
      deployed = await deploy(cluster.primary.url)
      tenant = await deployed.tenant('alpha', 'shared')
    })
    afterAll(() => cluster?.stop())

    async function nodeAt(standbys: readonly Standby[], options: ReadingOptions = {}): Promise<ReadingNode> {
      const node = await openReadingNode(deployed, standbys, options)
      onTestFinished(() => node.stop())
      return node
    }
    async function paused(): Promise<void> {
      await slow.pause()
      onTestFinished(async () => {
        await slow.resume()
        await slow.waitUntilCaughtUp()
      })
    }

    test('of a paused one nobody who has seen more is shown anything; the wait is short', async () => {
      const node = await nodeAt([slow], { maxLagMs: 60_000 })
      await node.untilGood()
      await paused()
      const horizon = createHorizon()
      await node.write(tenant.id, 'while paused', horizon)
      for (const freshness of ['own-writes', 'eventual'] as const) {
        const startMs = performance.now()
        const { ids, server } = await node.read(tenant.id, freshness, horizon)
        expect([ids.includes('while paused'), server]).toEqual([true, 'primary'])
        expect(performance.now() - startMs).toBeLessThan(500)
      }
      const strangers = async () => {
        const { ids, server } = await node.read(tenant.id, 'eventual')
        return [ids.includes('while paused'), server]
      }
      await expect.poll(strangers).toEqual([false, 1])
    })

    test('a tenant that has not come to it yet is read from the primary', async () => {
      const node = await nodeAt([slow], { maxLagMs: 60_000 })
      await node.untilGood()
      await paused()
      const { id } = await deployed.tenant('newcomer', 'shared')
      expect(await node.read(id, 'eventual')).toEqual({ ids: [], server: 'primary' })
    })

    test('it is left out when it is too far behind, and comes back by itself', async () => {
      const node = await nodeAt([slow], { maxLagMs: 300 })
      await node.untilGood()
      await slow.pause()
      await node.write(tenant.id, 'too far')
      await expect.poll(node.standings).toEqual(['behind'])
      expect(node.replicas.all[0]!.lagMs).toBeGreaterThan(300)
      const { ids, server } = await node.read(tenant.id, 'eventual')
      expect([ids.includes('too far'), server]).toEqual([true, 'primary'])
      await slow.resume()
      await node.untilGood()
      await expect.poll(async () => (await node.read(tenant.id, 'eventual')).server).toBe(1)
    })

    test('between one that is late and one that is not, nobody sees time go back', async () => {
      await slow.setReplayDelay(150)
      const node = await nodeAt(cluster.standbys, { maxLagMs: 60_000 })
      await node.untilGood()
      const over = new AbortController()
      const writer = (async () => {
        for (let n = 0; !over.signal.aborted; n += 1) {
          await node.write(tenant.id, `growing ${n}`)
          await sleep(2)
        }
      })()
      const horizon = createHorizon()
      const [kept, careless]: [number[], number[]] = [[], []]
      const servers = new Set()
      for (let n = 0; n < 150; n += 1) {
        // Two at a time, so that both replicas are asked.
        const [seen, other] = await Promise.all([
          node.read(tenant.id, 'eventual', horizon),
          node.read(tenant.id, 'eventual'),
        ])
        kept.push(seen.ids.length)
        careless.push(other.ids.length)
        servers.add(seen.server).add(other.server)
      }
      over.abort()
      await writer
      await slow.setReplayDelay(0)
      expect(kept).toEqual(kept.toSorted((one, other) => one - other))
      expect(kept.at(-1)).toBeGreaterThan(kept[0]!)
      // Without a horizon they do: so this test would have seen it.
      expect(careless).not.toEqual(careless.toSorted((one, other) => one - other))
      expect([...servers]).toEqual(expect.arrayContaining([1, 2]))
    })

    test('one that claims more than there is, is not believed', async () => {
      const lies = [
        async () => ({ timeline: 1, lsn: 2n ** 62n }),
        async () => ({ timeline: 2, lsn: 1n }),
        async () => ({ timeline: null, lsn: null }),
        async () => ({ timeline: 1, lsn: 0n }),
        () => Promise.reject(new Error('no answer')),
      ]
      for (const [at, standing] of ['ahead', 'other timeline', 'no standby', 'behind', 'unreachable'].entries()) {
        const node = await nodeAt([slow], { look: () => lies[at]! })
        await expect.poll(node.standings).toEqual([standing])
        expect((await node.read(tenant.id, 'eventual')).server).toBe('primary')
      }
    })

    test('one that is slow to answer keeps nobody from looking at the other', async () => {
      const looks = [0, 0]
      const node = await nodeAt(cluster.standbys, {
        look:
          ({ look }, at) =>
          async () => {
            looks[at]! += 1
            if (at === 0) await sleep(1_000)
            return look()
          },
      })
      await node.untilGood()
      await sleep(1_000)
      expect(looks[0]).toBeLessThan(5)
      expect(looks[1]).toBeGreaterThan(8)
    })

    test('one that claims what it does not have is found out where it matters', async () => {
      const [, quick] = cluster.standbys
      let truth: ReadingNode | undefined
      const node = await nodeAt([slow, quick!], {
        // The first says of itself what is true of the second.
        look: ({ look }, at) =>
          at === 1 ? look : async () => ({ timeline: 1, lsn: truth!.replicas.all[1]!.replayed }),
      })
      truth = node
      await node.untilGood()
      await paused()
      for (let n = 0; n < 30; n += 1) {
        const horizon = createHorizon()
        await node.write(tenant.id, `lied about ${n}`, horizon)
        const { ids, server } = await node.read(tenant.id, 'own-writes', horizon)
        expect([ids.includes(`lied about ${n}`), server === 1]).toEqual([true, false])
      }
    })

    test('what was seen in another history is looked for on the primary', async () => {
      const node = await nodeAt([slow])
      await node.untilGood()
      const horizon = createHorizon()
      await node.write(tenant.id, 'in this history', horizon)
      await slow.waitUntilCaughtUp()
      const { position } = horizon
      const here = async () => (await node.read(tenant.id, 'own-writes', createHorizon(position))).server
      await expect.poll(here).toBe(1)
      for (const other of [{ timeline: 0 }, { timeline: 2 }, { epoch: 9 }, { clusterName: 'second' }]) {
        for (const freshness of ['own-writes', 'eventual'] as const) {
          const elsewhere = createHorizon({ ...position!, ...other, lsn: 1n })
          expect((await node.read(tenant.id, freshness, elsewhere)).server).toBe('primary')
          expect(elsewhere.position).toMatchObject({ timeline: 1, epoch: position!.epoch, clusterName: 'main' })
        }
      }
    })
  })
}
