import { setTimeout as sleep } from 'node:timers/promises'
import { available, type Cluster, postgres15, postgres18, startCluster } from '@rowhouse/testing'
import { isError } from '@rowhouse/kernel'
import { afterEach, describe, expect, test } from 'vitest'
import { deploy, type Deployed, openNode } from './deployment.fixture.ts'
import { type Tenant, tenancyErrors } from './tenancy.ts'

for (const version of await available(postgres18, postgres15)) {
  describe(version.title, { timeout: 60_000 }, () => {
    let cluster: Cluster
    const stops: (() => Promise<void>)[] = []
    afterEach(async () => {
      for (const stop of stops.splice(0).toReversed()) await stop()
    })

    async function start(): Promise<{ deployed: Deployed; tenant: Tenant; url: string }> {
      cluster = await startCluster({ version, standbys: 1, synchronous: true })
      stops.push(() => cluster.stop())
      const deployed = await deploy(cluster.primary.url)
      const tenant = await deployed.tenant('acme', 'shared')
      return { deployed, tenant, url: alsoAt(deployed.applicationUrl, cluster.standbys[0]!.url) }
    }

    function node(deployed: Deployed, url: string) {
      const opened = openNode(deployed, { url, acquireTimeoutMs: 1_000 })
      stops.push(opened.stop)
      return opened.door
    }

    const insert = 'insert into notes (id) values ($1)'
    const count = 'select count(*) as notes from notes'

    test('a promoted standby is taken up; what was acknowledged is there', async () => {
      const { deployed, tenant, url } = await start()
      const door = node(deployed, url)
      const acknowledged = new Set<string>()
      let next = 0
      const write = async () => {
        const id = `note ${(next += 1)}`
        await door.query(tenant.id, insert, [id])
        acknowledged.add(id)
      }
      for (let n = 0; n < 50; n += 1) await write()

      const going = Promise.allSettled(
        Array.from({ length: 4 }, async () => {
          for (;;) await write()
        }),
      )
      await sleep(100)
      await cluster.primary.kill()
      expect((await going).map(known)).toEqual([true, true, true, true])
      await cluster.standbys[0]!.promote()
      const promotedMs = performance.now()
      while (!(await succeeds(write))) await sleep(50)
      expect(performance.now() - promotedMs).toBeLessThan(5_000)

      const { rows } = await door.query(tenant.id, 'select id from notes', [])
      const kept = new Set(rows.map(({ id }) => id as string))
      expect([...acknowledged].filter((id) => !kept.has(id))).toEqual([])
    })

    test('a primary that was left behind is known by its timeline, and nothing goes there', async () => {
      const { deployed, tenant, url } = await start()
      const [standby] = cluster.standbys
      await standby!.promote()
      const fresh = node(deployed, url)
      await fresh.query(tenant.id, insert, ['after'])
      const { rows } = await node(deployed, alsoAt(deployed.applicationUrl)).query(tenant.id, count, [])
      expect(rows).toEqual([{ notes: 0 }])
      expect((await fresh.query(tenant.id, count, [])).rows).toEqual([{ notes: 1 }])
    })

    test('nor when it comes back while a node looked away', async () => {
      const { deployed, tenant, url } = await start()
      const [standby] = cluster.standbys
      const door = node(deployed, url)
      await door.query(tenant.id, count, [])
      await cluster.primary.kill()
      await standby!.promote()
      await cluster.primary.start()
      await sleep(1_100)
      // Its connections are gone, and the first of its hosts would take others.
      while (!(await succeeds(async () => void (await door.query(tenant.id, insert, ['after']))))) await sleep(50)
      const elsewhere = node(deployed, alsoAt(deployed.applicationUrl))
      expect((await elsewhere.query(tenant.id, count, [])).rows).toEqual([{ notes: 0 }])
    })

    test('a standby alone is no primary, and the message says so', async () => {
      const { deployed, tenant } = await start()
      const door = node(
        deployed,
        deployed.applicationUrl.replace(hostOf(cluster.primary.url), hostOf(cluster.standbys[0]!.url)),
      )
      await expect(door.query(tenant.id, count, [])).rejects.toThrow('a standby')
    })
  })
}

const hostOf = (url: string) => new URL(url).host

/** With the hosts of others. */
const alsoAt = (url: string, ...others: string[]) => url.replace(hostOf(url), [url, ...others].map(hostOf).join(','))

const succeeds = (work: () => Promise<void>) =>
  work().then(
    () => true,
    () => false,
  )

/** Failed, and known to have; or unknown. */
const known = (outcome: PromiseSettledResult<unknown>) =>
  outcome.status === 'rejected' &&
  [tenancyErrors.databaseUnavailable, tenancyErrors.outcomeUnknown, tenancyErrors.poolExhausted].some((code) =>
    isError(outcome.reason, code),
  )
