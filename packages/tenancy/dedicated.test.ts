/** Dedicated databases under their ceiling. */
import { postgres18, servers } from '@rowhouse/testing'
import { beforeAll, describe, expect, test } from 'vitest'
import { deploy, type Deployed } from './deployment.fixture.ts'
import { createTenants } from './tenancy.ts'

for (const { title, url } of await servers(postgres18)) {
  describe(title, () => {
    let deployed: Deployed
    const node = (maxDedicated: number) => {
      const { migratorUrl, names, doorKey, migrations } = deployed
      return createTenants({ migratorUrl, names, doorKey, modules: migrations.houses, maxDedicated })
    }
    const own = (slug: string) => ({ slug, name: slug, tier: 'database' }) as const
    const nothing = async () => {}
    beforeAll(async () => {
      deployed = await deploy(url)
    })

    test('two nodes at once do not pass it; who is refused leaves nothing, and other tiers go on', async () => {
      const nodes = [node(3), node(3)]
      const made = await Promise.allSettled(
        Array.from({ length: 8 }, (_, n) => nodes[n % 2]!.create(own(`full-${n}`), nothing)),
      )
      const refused = made.flatMap((each) => (each.status === 'rejected' ? [each.reason] : []))
      expect(refused).toHaveLength(5)
      for (const error of refused) expect(error).toMatchObject({ code: 'tenancy.no_dedicated_database', status: 409 })
      expect(await nodes[0]!.countDedicated()).toEqual({ count: 3, max: 3 })
      const left = await deployed.admin(
        deployed.names.controlDatabase,
        `select slug from control.tenants where slug ~ '^full-'`,
      )
      expect(left).toHaveLength(3)
      await nodes[1]!.create({ slug: 'beside', name: 'beside', tier: 'schema' }, nothing)
    })

    test('a database that could not be finished gives its place back', async () => {
      const { count } = await node(100).countDedicated()
      const tenants = node(count + 1)
      await expect(tenants.create(own('broken'), () => Promise.reject(new Error('no')))).rejects.toMatchObject({
        code: 'tenancy.provisioning_failed',
      })
      await tenants.create(own('whole'), nothing)
      await expect(tenants.create(own('another'), nothing)).rejects.toMatchObject({ status: 409 })
    })
  })
}
