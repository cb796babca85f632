/**
 * Migrations: numbered SQL files with unqualified names, the same for every tier. Each runs in one transaction, in the
 * house's search path, as the owner, together with its row in the ledger. The house is covered and checked in the same
 * transaction: of a file that leaves a table open nothing is kept.
 */
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import type pg from 'pg'
import { type Deployment, fillRoles, quoted } from './deployment.ts'
import { asOwner } from './administration.ts'
import { tenancyErrors } from './errors.ts'

export interface SqlMigrations {
  readonly folder: URL
}

/** Declares a module's migrations: `sqlMigrations(import.meta.url, './migrations')`, files `0001_name.sql`. */
export const sqlMigrations = (moduleUrl: string, folder: string): SqlMigrations => ({
  folder: new URL(`${folder.replace(/\/$/, '')}/`, moduleUrl),
})

/** The migrations of one module, in the order in which modules are listed. */
export interface ModuleMigrations {
  readonly module: string
  readonly migrations: SqlMigrations
}

interface Migration {
  readonly module: string
  readonly number: number
  readonly name: string
  readonly sql: string
  readonly checksum: string
}

/** One schema of one database: what a migration is applied to. */
export interface Target {
  readonly databaseName: string
  readonly schemaName: string
  /** The tenant of the schema or database tier that lives there alone. */
  readonly soleTenantId: string | null
}

/**
 * Brings one house up to date and puts it behind the door. Safe to repeat.
 *
 * @returns how many migrations were applied.
 * @throws tenancy.migration_failed naming target, file and the server's words; everything before that file is kept.
 */
export async function migrateHouse(
  client: pg.ClientBase,
  names: Deployment,
  target: Target,
  modules: readonly ModuleMigrations[],
): Promise<number> {
  if (await isCurrent(client, names, target, modules)) return 0
  return applyMigrations(client, names, target, modules, () => cover(client, names, target))
}

/** Thousands of houses are asked at every start: one statement each, and no lock. `rowhouse doctor` looks at the rest. */
async function isCurrent(
  client: pg.ClientBase,
  names: Deployment,
  { schemaName }: Target,
  modules: readonly ModuleMigrations[],
): Promise<boolean> {
  const expected = modules.flatMap(({ module, migrations }) => readMigrations(module, migrations))
  const applied = await asOwner(client, names, async () => {
    const { rows } = await client.query<{ ledger: string | null }>(
      `select to_regclass('rowhouse.migrations') as ledger`,
    )
    if (!rows[0]?.ledger) return []
    const found = await client.query<{ module: string; number: number; checksum: string }>(
      'select module, number, checksum from rowhouse.migrations where schema_name = $1',
      [schemaName],
    )
    return found.rows
  })
  const known = new Set(applied.map(({ module, number, checksum }) => `${module} ${number} ${checksum}`))
  return expected.every(({ module, number, checksum }) => known.has(`${module} ${number} ${checksum}`))
}

/**
 * The same without the door, for the door itself. From two places at once, the second waits for the first.
 *
 * @param finish ends each migration, in its transaction.
 */
export async function applyMigrations(
  client: pg.ClientBase,
  names: Deployment,
  target: Target,
  modules: readonly ModuleMigrations[],
  finish: () => Promise<void> = async () => {},
): Promise<number> {
  const lock = lockOf(target)
  let applied = 0
  await client.query('select pg_advisory_lock(hashtextextended($1, 0))', [lock])
  try {
    await makeLedger(client, names)
    for (const { module, migrations } of modules) {
      for (const migration of readMigrations(module, migrations)) {
        if (await applyOnce(client, names, target, migration, finish)) applied += 1
      }
    }
    return applied
  } finally {
    await client.query('select pg_advisory_unlock(hashtextextended($1, 0))', [lock])
  }
}

/** A row for each migration of each house of this database, written in the migration's own transaction. */
async function makeLedger(client: pg.ClientBase, names: Deployment): Promise<void> {
  await client.query(`set role ${quoted(names.owner)}`)
  await client.query(`
    create table if not exists rowhouse.migrations (
      schema_name text not null,
      module      text not null,
      number      integer not null,
      name        text not null,
      checksum    text not null,
      applied_at  timestamptz not null default now(),
      primary key (schema_name, module, number)
    )
  `)
  await client.query('reset role')
}

async function applyOnce(
  client: pg.ClientBase,
  names: Deployment,
  target: Target,
  { module, number, name, sql, checksum }: Migration,
  finish: () => Promise<void>,
): Promise<boolean> {
  const house = target.schemaName
  await client.query('begin')
  try {
    await client.query(`set local role ${quoted(names.owner)}`)
    await client.query(`set local lock_timeout = '10s'`)
    await client.query(`set local search_path = ${quoted(house)}`)
    const { rows } = await client.query<{ checksum: string }>(
      'select checksum from rowhouse.migrations where schema_name = $1 and module = $2 and number = $3',
      [house, module, number],
    )
    const done = rows[0]
    if (done && done.checksum !== checksum)
      throw new Error('it was changed after it had been applied: add a new file instead')
    if (!done) {
      await client.query(fillRoles(sql, names))
      await client.query(
        'insert into rowhouse.migrations (schema_name, module, number, name, checksum) values ($1, $2, $3, $4, $5)',
        [house, module, number, name, checksum],
      )
      await finish()
    }
    await client.query('commit')
    return !done
  } catch (cause) {
    await client.query('rollback')
    throw failed(target, `${module}/${name}: ${reasonOf(cause)}`, cause)
  }
}

/**
 * Puts every table of a house behind the door and checks that none stands open.
 *
 * @throws tenancy.migration_failed listing what stands open.
 */
export async function coverHouse(client: pg.ClientBase, names: Deployment, target: Target): Promise<void> {
  await client.query('begin')
  try {
    await client.query(`set local role ${quoted(names.owner)}`)
    await client.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [lockOf(target)])
    await cover(client, names, target)
    await client.query('commit')
  } catch (cause) {
    await client.query('rollback')
    throw failed(target, reasonOf(cause), cause)
  }
}

async function cover(client: pg.ClientBase, names: Deployment, target: Target): Promise<void> {
  const { schemaName, soleTenantId } = target
  // PostgreSQL writes a policy down without the names of the schemas in the path: also without that of the door.
  await client.query('set local search_path = pg_catalog')
  await client.query('select rowhouse.cover($1, $2, $3)', [schemaName, names.application, soleTenantId])
  const open = await uncovered(client, names, target)
  if (open.length > 0) throw new Error(open.join('; '))
}

const lockOf = ({ schemaName }: Target) => `rowhouse.migrate ${schemaName}`

const failed = ({ databaseName, schemaName }: Target, what: string, cause: unknown) =>
  tenancyErrors.migrationFailed({ operator: `${databaseName}/${schemaName}: ${what}`, cause })

const reasonOf = (cause: unknown) => (cause instanceof Error ? cause.message : String(cause))

/** What in a house does not stand behind the door as it must; empty when all is well. Needs the owner's rights. */
export async function uncovered(client: pg.ClientBase, names: Deployment, target: Target): Promise<string[]> {
  const { rows } = await client.query<{ fault: string }>(
    'select fault from rowhouse.uncovered($1, $2, $3, $4) as fault',
    [target.schemaName, names.application, target.soleTenantId, names.relay],
  )
  return rows.map(({ fault }) => fault)
}

const fileName = /^(\d{4})_[a-z0-9_]+\.sql$/

export function readMigrations(module: string, { folder }: SqlMigrations): Migration[] {
  const files = readdirSync(folder)
    .filter((name) => name.endsWith('.sql'))
    .toSorted()
  return files.map((name, at) => {
    const number = Number(fileName.exec(name)?.[1])
    if (number !== at + 1) {
      throw tenancyErrors.migrationFailed({
        operator: `${module}/${name}: migrations are named 0001_name.sql and numbered without gaps; this one is the ${at + 1}th`,
      })
    }
    const sql = readFileSync(new URL(name, folder), 'utf8')
    return { module, number, name, sql, checksum: createHash('sha256').update(sql).digest('hex') }
  })
}
