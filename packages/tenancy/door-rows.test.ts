import { postgres15, postgres18, servers } from '@rowhouse/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Deployed, type NoteTables, openNode, tiers, shareDeployment } from './deployment.fixture.ts'
import { queryDb, type Tenant, transactionDb } from './tenancy.ts'

for (const { title, url } of await servers(postgres18, postgres15)) {
  describe(title, () => {
    let deployed: Deployed
    let node: ReturnType<typeof openNode>
    let tenants: Tenant[]

    beforeAll(async () => {
      deployed = await shareDeployment(url)
      node = openNode(deployed)
      tenants = []
      for (const tier of tiers) {
        for (const name of ['a', 'b']) {
          const tenant = await deployed.tenant(`${name}-${tier}`, tier)
          tenants.push(tenant)
          // The same id in every house, and one that tells whose it is.
          for (const id of ['same', tenant.slug]) {
            await node.door.query(tenant.id, 'insert into notes (id, body) values ($1, $2)', [id, tenant.slug])
          }
        }
      }
    })
    afterAll(() => node.stop())

    const notesOf = ({ slug }: Tenant) => [slug, 'same'].toSorted().map((id) => ({ id, body: slug }))
    const all = 'select id, body from notes order by id collate "C"'

    test('a query sees exactly the rows of its tenant', async () => {
      for (const tenant of tenants) expect((await node.door.query(tenant.id, all, [])).rows).toEqual(notesOf(tenant))
    })

    test('so does a transaction, at every one of its statements', async () => {
      for (const tenant of tenants) {
        const seen = await node.door.transaction(tenant.id, async (execute) => [
          (await execute(all, [])).rows,
          (await execute(all, [])).rows,
        ])
        expect(seen).toEqual([notesOf(tenant), notesOf(tenant)])
      }
    })

    test('so they do when all tenants share few connections at once', async () => {
      const calls = Array.from({ length: 20 }, () => tenants).flat()
      const seen = await Promise.all(calls.map(async ({ id }) => (await node.door.query(id, all, [])).rows))
      expect(seen).toEqual(calls.map(notesOf))
    })

    test('a change of every row changes the rows of its tenant alone', async () => {
      for (const tenant of tenants) {
        const { rowCount } = await node.door.query(tenant.id, 'update notes set body = body', [])
        expect(rowCount).toBe(2)
        const gone = node.door.transaction(tenant.id, async (execute) => {
          const deleted = await execute('delete from notes', [])
          throw new Error(`${deleted.rowCount} deleted, and put back`)
        })
        await expect(gone).rejects.toThrow('2 deleted')
      }
      for (const tenant of tenants) expect((await node.door.query(tenant.id, all, [])).rows).toEqual(notesOf(tenant))
    })

    test('a row cannot be written for another tenant, nor given to one', async () => {
      for (const tenant of tenants) {
        const other = tenants.find(({ id }) => id !== tenant.id)!
        const refused = { code: expect.stringMatching(/^(42501|23514)$/) }
        const planted = node.door.query(tenant.id, 'insert into notes (tenant_id, id) values ($1, $2)', [other.id, 'x'])
        await expect(planted).rejects.toMatchObject(refused)
        await expect(node.door.query(tenant.id, 'update notes set tenant_id = $1', [other.id])).rejects.toMatchObject(
          refused,
        )
      }
    })

    test('Kysely sees camelCase columns of the same rows, and no transaction inside a command', async () => {
      for (const tenant of tenants) {
        const db = queryDb<NoteTables>(node.door, tenant.id)
        const mine = { tenantId: tenant.id, id: 'same', body: tenant.slug }
        const columns = ['tenantId', 'id', 'body'] as const
        expect(await db.selectFrom('notes').select(columns).where('id', '=', 'same').execute()).toEqual([mine])
        const updated = await transactionDb<NoteTables, bigint>(node.door, tenant.id, async (inside) => {
          const result = await inside.updateTable('notes').set({ body: tenant.slug }).executeTakeFirstOrThrow()
          return result.numUpdatedRows
        })
        expect(updated).toBe(2n)
        await expect(async () => {
          for await (const row of db.selectFrom('notes').select('id').stream()) expect(row).toBeUndefined()
        }).rejects.toThrow('Read a page at a time')
      }
    })

    test('the application’s login without the door sees no row and writes none', async () => {
      for (const { placement } of tenants) {
        const outside = node.pools.lend(placement.databaseName, (client) =>
          client.query(`select id from ${placement.schemaName}.notes`),
        )
        expect((await outside).rows).toEqual([])
        const write = node.pools.lend(placement.databaseName, (client) =>
          client.query(`insert into ${placement.schemaName}.notes (tenant_id, id) values ($1, 'x')`, [tenants[0]!.id]),
        )
        await expect(write).rejects.toMatchObject({ code: expect.stringMatching(/^(42501|23514)$/) })
      }
    })
  })
}
