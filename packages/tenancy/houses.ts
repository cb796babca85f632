/** How a house is built and torn down, tier by tier. Every step may be repeated. */
import { randomBytes } from 'node:crypto'
import pg from 'pg'
import { type Deployment, type Placement, quoted, type Tier } from './deployment.ts'
import { urlOf } from './connections/address.ts'
import { coverHouse, migrateHouse, type ModuleMigrations } from './migrations.ts'
import { asClient, asOwner, closeDatabase } from './administration.ts'
import { makeProof } from './proof.ts'

export interface House {
  readonly tenantId: string
  readonly placement: Placement
}

export interface HouseBuilder {
  /** Chooses where the next tenant of this tier lives. */
  place(): Pick<Placement, 'databaseName' | 'schemaName'>
  build(house: House): Promise<void>
  /** Removes whatever there is of it, also when it was never finished. */
  demolish(house: House): Promise<void>
}

export interface HouseOptions {
  readonly migratorUrl: string
  readonly names: Deployment
  readonly doorKey: Buffer
  /** What a new house is built from. */
  readonly modules: readonly ModuleMigrations[]
  /** Dedicated databases in the cluster; without it there is no bound. */
  readonly maxDedicated?: number
}

export function createHouseBuilders({
  migratorUrl,
  names,
  doorKey,
  modules,
}: HouseOptions): Record<Tier, HouseBuilder> {
  /** One session at a time works on a house: what a killed process left running in the server ends before others begin. */
  const inDatabase = <T>(name: string, tenantId: string, work: (client: pg.Client) => Promise<T>) =>
    asClient(urlOf(migratorUrl, name), async (client) => {
      await client.query('select pg_advisory_lock(hashtextextended($1, 0))', [`rowhouse.house ${tenantId}`])
      return work(client)
    })

  /** Names tell nothing of the tenant: other tenants of the database can see that a schema exists. */
  const opaque = () => `t_${randomBytes(10).toString('hex')}`

  const shared: HouseBuilder = {
    place: () => ({ databaseName: names.sharedDatabase, schemaName: 'pooled' }),
    build: async () => {},
    demolish: (house) =>
      inDatabase(house.placement.databaseName, house.tenantId, (client) => emptyHouse(client, house)),
  }

  const schema: HouseBuilder = {
    place: () => ({ databaseName: names.sharedDatabase, schemaName: opaque() }),
    build: ({ tenantId, placement: { databaseName, schemaName } }) =>
      inDatabase(databaseName, tenantId, async (client) => {
        await asOwner(client, names, () => client.query(`create schema if not exists ${quoted(schemaName)}`))
        await migrateHouse(client, names, { databaseName, schemaName, soleTenantId: tenantId }, modules)
      }),
    demolish: ({ tenantId, placement }) =>
      inDatabase(placement.databaseName, tenantId, async (client) => {
        // SQL of the tenant's own may have put rows of it into the shared tables beside its house.
        await emptyHouse(client, { tenantId, placement: { ...placement, schemaName: 'pooled' } })
        await asOwner(client, names, async () => {
          const { schemaName } = placement
          await client.query(`drop schema if exists ${quoted(schemaName)} cascade`)
          await client.query('delete from rowhouse.migrations where schema_name = $1', [schemaName])
          await client.query('delete from rowhouse.residents where tenant_id = $1', [tenantId])
        })
      }),
  }

  const database: HouseBuilder = {
    place: () => ({ databaseName: `${names.prefix}_${opaque()}`, schemaName: 'pooled' }),
    async build({ tenantId, placement: { databaseName, schemaName } }) {
      await inDatabase(names.controlDatabase, tenantId, async (client) => {
        const there = await client.query('select from pg_database where datname = $1', [databaseName])
        // The template has been hardened and migrated, so the copy is too.
        if (there.rowCount === 0) await copyTemplate(client, names, databaseName)
        await client.query(
          `insert into control.databases (name, kind) values ($1, 'dedicated') on conflict do nothing`,
          [databaseName],
        )
      })
      await inDatabase(databaseName, tenantId, (client) =>
        coverHouse(client, names, { databaseName, schemaName, soleTenantId: tenantId }),
      )
    },
    demolish: ({ tenantId, placement: { databaseName } }) =>
      inDatabase(names.controlDatabase, tenantId, async (client) => {
        // The owner, who drops it, may end the application's sessions, but not that of a builder who was killed.
        await client.query(
          'select pg_terminate_backend(pid, 5000) from pg_stat_activity where datname = $1 and usename = session_user',
          [databaseName],
        )
        await client.query(`set role ${quoted(names.owner)}`)
        await dropDatabase(client, databaseName)
        await client.query('reset role')
        await client.query('delete from control.databases where name = $1', [databaseName])
      }),
  }

  /** Deletes a tenant's rows from the tables that it shares, the platform's own among them, through the door like anybody else. */
  async function emptyHouse(
    client: pg.ClientBase,
    { tenantId, placement: { schemaName, epoch } }: House,
  ): Promise<void> {
    await asOwner(client, names, async () => {
      const resident = await client.query('select from rowhouse.residents where tenant_id = $1', [tenantId])
      if (resident.rowCount === 0) return
      await client.query('select rowhouse.enter($1, $2)', [
        tenantId,
        makeProof(doorKey, tenantId, epoch, Date.now() + 60_000),
      ])
      await client.query('set constraints all deferred')
      const tables = await client.query<{ name: string }>(
        `select c.oid::regclass::text as name from pg_class c join pg_attribute a on a.attrelid = c.oid
         where c.relnamespace in ($1::regnamespace, 'rowhouse'::regnamespace) and c.relkind in ('r', 'p')
           and a.attname = 'tenant_id' and c.oid <> 'rowhouse.residents'::regclass`,
        [schemaName],
      )
      for (const { name } of tables.rows) await client.query(`delete from ${name} where tenant_id = $1`, [tenantId])
      await client.query('delete from rowhouse.residents where tenant_id = $1', [tenantId])
    })
  }

  return { shared, schema, database }
}

/**
 * FORCE ends everybody's sessions, and fails at the vacuum worker's, which is a superuser's (42501). Without it PostgreSQL
 * sends that worker away by itself, and fails at everybody else's (55006).
 */
async function dropDatabase(client: pg.ClientBase, databaseName: string): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await client.query(`drop database if exists ${quoted(databaseName)} ${attempt % 2 === 1 ? 'with (force)' : ''}`)
      return
    } catch (error) {
      const isBusy = error instanceof pg.DatabaseError && ['42501', '55006'].includes(error.code ?? '')
      if (!isBusy || attempt === 10) throw error
    }
  }
}

/** PostgreSQL copies a database only while nobody is connected to it: a migration of the template is waited for. */
async function copyTemplate(client: pg.ClientBase, names: Deployment, databaseName: string): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await client.query(
        `create database ${quoted(databaseName)} owner ${quoted(names.owner)} template ${quoted(names.templateDatabase)}`,
      )
      break
    } catch (error) {
      const inUse = error instanceof pg.DatabaseError && error.code === '55006'
      if (!inUse || attempt === 50) throw error
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
  }
  await client.query(`set role ${quoted(names.owner)}`)
  await closeDatabase(client, names, databaseName)
  await client.query('reset role')
}
