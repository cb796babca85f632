import { postgres15, postgres18, servers } from '@rowhouse/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { deploy, type Deployed, openNode, tiers } from './deployment.fixture.ts'
import { migrationFolder, soundTable } from './migrations.fixture.ts'
import { findFaults, listTargets, migrateAll, type Target, type Tenant } from './tenancy.ts'

for (const { title, url } of await servers(postgres18, postgres15)) {
  describe(title, () => {
    const folder = migrationFolder('desk')
    const files: Record<string, string> = {}
    let deployed: Deployed
    let node: ReturnType<typeof openNode>
    const tenants: Tenant[] = []

    beforeAll(async () => {
      deployed = await deploy(url)
      node = openNode(deployed)
      for (const tier of tiers) tenants.push(await deployed.tenant(`t-${tier}`, tier))
    })
    afterAll(async () => {
      await node.stop()
      folder.remove()
    })

    async function migrate(): Promise<number[]> {
      folder.write(files)
      const { control, houses } = deployed.migrations
      const applied: number[] = []
      const all = { control, houses: [...houses, folder.module] }
      await migrateAll(deployed.migratorUrl, deployed.names, all, (_, count) => applied.push(count))
      return applied
    }
    const targets = (): Promise<Target[]> => listTargets(deployed.migratorUrl, deployed.names)
    const ledger = async ({ databaseName, schemaName }: Target) =>
      (
        await deployed.admin<{ name: string }>(
          databaseName,
          `select name from rowhouse.migrations where schema_name = $1 and module = 'desk' order by number`,
          [schemaName],
        )
      ).map(({ name }) => name)
    const tables = async ({ databaseName, schemaName }: Target) =>
      (
        await deployed.admin<{ name: string }>(
          databaseName,
          `select relname as name from pg_class where relnamespace = $1::regnamespace and relkind = 'r' order by 1`,
          [schemaName],
        )
      ).map(({ name }) => name)

    test('each is applied once to every target, with a row in its ledger', async () => {
      files['0001_desks.sql'] = soundTable('desks')
      files['0002_chairs.sql'] = soundTable('chairs')
      // Control, template, shared database, a schema and a database of their own.
      expect(await migrate()).toEqual([0, 2, 2, 2, 2])
      expect(await migrate()).toEqual([0, 0, 0, 0, 0])
      expect((await targets()).map(({ soleTenantId }) => soleTenantId).filter(Boolean)).toHaveLength(2)
      for (const target of await targets()) {
        expect(await ledger(target)).toEqual(['0001_desks.sql', '0002_chairs.sql'])
        expect(await tables(target)).toEqual(['chairs', 'desks', 'members', 'notes'])
      }
    })

    test('a column that is added later is the application’s to use, in every tier', async () => {
      files['0003_height.sql'] = 'alter table desks add column height integer'
      await migrate()
      for (const { id } of tenants) {
        await node.door.query(id, `insert into desks (id, height) values ('a', 70)`, [])
        const { rows } = await node.door.query(id, 'update desks set height = height + 1 returning height', [])
        expect(rows).toEqual([{ height: 71 }])
      }
    })

    test('a file that was changed after it was applied is refused', async () => {
      const before = files['0002_chairs.sql']!
      files['0002_chairs.sql'] += '-- better'
      await expect(migrate()).rejects.toMatchObject({
        code: 'tenancy.migration_failed',
        operator: expect.stringMatching(/\/pooled: desk\/0002_chairs\.sql: it was changed after/),
      })
      files['0002_chairs.sql'] = before
      expect(await migrate()).toEqual([0, 0, 0, 0, 0])
    })

    test.each([
      ['0005_gap.sql', 'desk/0005_gap.sql: .*numbered without gaps; this one is the 4th'],
      ['0003_again.sql', 'desk/0003_height.sql: .*this one is the 4th'],
      ['4_short.sql', 'desk/4_short.sql: migrations are named 0001_name.sql'],
      ['0004-dash.sql', 'desk/0004-dash.sql: migrations are named'],
    ])('a file named %s is refused', async (name, words) => {
      files[name] = 'select 1'
      await expect(migrate()).rejects.toMatchObject({ operator: expect.stringMatching(words) })
      delete files[name]
      for (const target of await targets()) expect(await ledger(target)).toHaveLength(3)
    })

    test('a file that fails is rolled back whole, names itself, and keeps what came before it', async () => {
      files['0004_lamps.sql'] = soundTable('lamps')
      files['0005_broken.sql'] = `${soundTable('bulbs')} insert into nowhere values (1);`
      files['0006_never.sql'] = soundTable('never')
      await expect(migrate()).rejects.toMatchObject({
        code: 'tenancy.migration_failed',
        operator: expect.stringMatching(/\/pooled: desk\/0005_broken\.sql: relation "nowhere" does not exist/),
      })
      const [first] = await targets()
      expect(await ledger(first!)).toEqual(Object.keys(files).slice(0, 4))
      expect(await tables(first!)).toEqual(['chairs', 'desks', 'lamps', 'members', 'notes'])
      files['0005_broken.sql'] = soundTable('bulbs')
      await migrate()
      for (const target of await targets()) expect(await ledger(target)).toEqual(Object.keys(files))
    })

    test('runs at the same time apply each file once and all end well', async () => {
      files['0007_mats.sql'] = soundTable('mats')
      files['0008_doors.sql'] = soundTable('doors')
      const runs = await Promise.all([migrate(), migrate()])
      expect(runs.reduce((sum, applied) => sum.map((count, at) => count + applied[at]!))).toEqual([0, 2, 2, 2, 2])
      for (const target of await targets()) expect(await ledger(target)).toEqual(Object.keys(files))
      expect(await findFaults(deployed)).toEqual([])
    })
  })
}
