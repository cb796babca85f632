import {
  available,
  pgbouncer118,
  pgbouncer124,
  type PgBouncer,
  postgres18,
  server,
  startPgBouncer,
} from '@rowhouse/testing'
import type pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { connect, type Deployed, openNode, passwordsOf, shareDeployment, tiers } from './deployment.fixture.ts'
import { leftovers } from './leftovers.fixture.ts'
import { type Tenant, tenancyErrors, urlOf } from './tenancy.ts'

const all = 'select id, body from notes order by id collate "C"'

for (const pgbouncer of await available(pgbouncer118, pgbouncer124)) {
  describe(pgbouncer.title, () => {
    let deployed: Deployed
    let bouncer: PgBouncer
    let node: ReturnType<typeof openNode>
    let tenants: Tenant[]

    beforeAll(async () => {
      const target = await server(postgres18)
      deployed = await shareDeployment(target)
      bouncer = await startPgBouncer(pgbouncer, { target, logins: loginsOf(deployed), defaultPoolSize: 1 })
      node = openNode(deployed, { url: behind(bouncer), directUrl: deployed.applicationUrl, maxConnections: 6 })
      tenants = []
      for (const tier of tiers) {
        for (const name of ['a', 'b']) {
          const tenant = await deployed.tenant(`${name}-${tier}`, tier)
          tenants.push(tenant)
          await node.door.query(tenant.id, 'insert into notes (id, body) values ($1, $2)', ['same', tenant.slug])
        }
      }
    }, 60_000)
    afterAll(async () => {
      await node?.stop()
      await bouncer?.stop()
    })

    const behind = ({ port }: PgBouncer) => {
      const url = new URL(deployed.applicationUrl)
      url.port = String(port)
      return url.href
    }
    const notesOf = ({ slug }: Tenant) => [{ id: 'same', body: slug }]

    test('many tenants on one connection of the server see their own rows, by query and by transaction', async () => {
      const calls = Array.from({ length: 20 }, () => tenants).flat()
      const seen = await Promise.all(
        calls.map(({ id }, at) =>
          at % 2 === 0
            ? node.door.query(id, all, [])
            : node.door.transaction(id, async (execute) => {
                await execute('update notes set body = body', [])
                return execute(all, [])
              }),
        ),
      )
      expect(seen.map(({ rows }) => rows)).toEqual(calls.map(notesOf))
    })

    describe.each(Object.entries(leftovers))('what a neighbour leaves behind changes nothing: %s', (_what, plant) => {
      test.each(tiers)('in the %s tier', async (tier) => {
        const tenant = tenants.find((one) => one.tier === tier)!
        const other = tenants.findLast((one) => one.tier === tier)!
        const write = 'insert into notes (id, body) values ($1, $2) returning id, body'
        // Statements that the pooler knows already, and that are new to it.
        await node.door.query(tenant.id, all, [])
        await plantIn(urlOf(behind(bouncer), tenant.placement.databaseName), plant, other)
        expect((await node.door.query(tenant.id, all, [])).rows).toEqual(notesOf(tenant))
        await plantIn(urlOf(behind(bouncer), tenant.placement.databaseName), plant, other)
        const made = await node.door.transaction(tenant.id, (execute) => execute(write, ['new', 'é']))
        expect(made.rows).toEqual([{ id: 'new', body: 'é' }])
        await plantIn(urlOf(behind(bouncer), tenant.placement.databaseName), plant, other)
        const { rowCount } = await node.door.query(tenant.id, `delete from notes where id = $1`, ['new'])
        expect(rowCount).toBe(1)
        // As dates and numbers are written, too.
        const shapes = `select now()::text like '%+00' as utc, '1 day'::interval::text as day, 0.1::float8 + 0.2 as sum, current_setting('statement_timeout') as timeout`
        await plantIn(urlOf(behind(bouncer), tenant.placement.databaseName), plant, other)
        const { rows } = await node.door.query(tenant.id, shapes, [])
        expect(rows).toEqual([{ utc: true, day: '1 day', sum: 0.300_000_000_000_000_04, timeout: '30s' }])
      })
    })

    test('the raw connection, and statements that may leave something behind, go past it', async () => {
      const [tenant] = tenants
      const pid = await node.door.raw(tenant!.id, async (client) => {
        await client.query(`set work_mem = '1MB'`)
        const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid')
        return [rows[0]!.pid, (client as unknown as pg.Client & { processID: number }).processID]
      })
      expect(pid[0]).toBe(pid[1])
      const { rows } = await node.door.query(tenant!.id, `select 'pg_settings' as word`, [])
      expect(rows).toEqual([{ word: 'pg_settings' }])
      const inTransaction = node.door.transaction(tenant!.id, (execute) => execute(`select 'pg_settings' as word`, []))
      await expect(inTransaction).rejects.toThrow('DATABASE_DIRECT_URL')
    })

    test('without a way past it they are refused', async () => {
      const without = openNode(deployed, { url: behind(bouncer) })
      try {
        await expect(without.door.raw(tenants[0]!.id, async () => {})).rejects.toThrow('DATABASE_DIRECT_URL')
        await expect(without.door.query(tenants[0]!.id, `select 'pg_settings'`, [])).rejects.toThrow('DATABASE_DIRECT')
      } finally {
        await without.stop()
      }
    })

    test('in statement mode it is refused, with what to do', async () => {
      const target = await server(postgres18)
      const strict = await startPgBouncer(pgbouncer, { target, logins: loginsOf(deployed), poolMode: 'statement' })
      const refused = openNode(deployed, { url: behind(strict) })
      try {
        const call = refused.pools.lend(deployed.names.sharedDatabase, async () => {})
        await expect(call).rejects.toMatchObject({ code: tenancyErrors.unsupportedServer.code })
        await expect(call).rejects.toThrow('transaction or session mode')
      } finally {
        await refused.stop()
        await strict.stop()
      }
    })
  })
}

const loginsOf = ({ names }: Deployed) => {
  const { applicationPassword } = passwordsOf(names)
  return [{ user: names.application, password: applicationPassword }]
}

/** Whoever has the application's login and speaks to the pooler. What is planted may be refused, as temporary tables are. */
async function plantIn(url: string, statements: readonly string[], other: Tenant): Promise<void> {
  const neighbour = await connect(url)
  try {
    for (const statement of statements) {
      await neighbour.query(statement.replaceAll('OTHER', other.id)).catch(() => {})
    }
  } finally {
    await neighbour.end()
  }
}
