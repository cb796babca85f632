/**
 * Makes a PostgreSQL ready for Rowhouse: roles, databases, the door in each, and every migration. Safe to repeat.
 * `rowhouse migrate run` does it with an administrator's URL; `npm start` does it to the embedded server.
 */
import { readFileSync } from 'node:fs'
import pg from 'pg'
import { asClient, closeDatabase } from './administration.ts'
import { controlPlacement, type Deployment, fillRoles, quoted } from './deployment.ts'
import { urlOf } from './connections/address.ts'
import { tenancyErrors } from './errors.ts'
import { applyMigrations, migrateHouse, type ModuleMigrations, sqlMigrations, type Target } from './migrations.ts'

export interface Migrations {
  /** Of the control database: the catalog and what other pillars keep there. */
  readonly control: readonly ModuleMigrations[]
  /** Of every database where tenants live, in its schema `rowhouse`: what pillars keep for all of them. */
  readonly databases?: readonly ModuleMigrations[]
  /** Of every house: the platform's tables, then the modules'. */
  readonly houses: readonly ModuleMigrations[]
}

export interface Logins {
  readonly applicationPassword: string
  readonly migratorPassword: string
  readonly relayPassword: string
}

const doorMigrations: ModuleMigrations = { module: 'door', migrations: sqlMigrations(import.meta.url, './door') }
export const catalogMigrations: ModuleMigrations = {
  module: 'catalog',
  migrations: sqlMigrations(import.meta.url, './control'),
}
export const memberMigrations: ModuleMigrations = {
  module: 'members',
  migrations: sqlMigrations(import.meta.url, './migrations'),
}

/**
 * What only an administrator can do: roles, databases, and taking from PUBLIC what PostgreSQL gives it.
 *
 * @returns false when the administrator is no superuser, so that some side doors stay open (`rowhouse doctor` lists them).
 */
export async function prepareCluster(
  adminUrl: string,
  names: Deployment,
  logins: Logins,
): Promise<{ hardened: boolean }> {
  const hardened = await asClient(adminUrl, async (admin) => {
    await refuseOldServer(admin)
    await makeRoles(admin, names, logins)
    for (const name of [names.controlDatabase, names.sharedDatabase, names.templateDatabase])
      await makeDatabase(admin, names, name)
    await admin.query(`alter database ${quoted(names.templateDatabase)} is_template true`)
    const { rows } = await admin.query<{ rolsuper: boolean }>(
      'select rolsuper from pg_roles where rolname = current_user',
    )
    return rows[0]!.rolsuper
  })
  for (const name of [names.controlDatabase, names.sharedDatabase, names.templateDatabase]) {
    await asClient(urlOf(adminUrl, name), (admin) => prepareDatabase(admin, names, name, hardened))
  }
  return { hardened }
}

async function refuseOldServer(admin: pg.ClientBase): Promise<void> {
  const { rows } = await admin.query<{ server_version_num: string }>('show server_version_num')
  const version = Number(rows[0]!.server_version_num)
  if (version >= 150_000) return
  throw tenancyErrors.unsupportedServer({
    operator: `The server is PostgreSQL ${Math.floor(version / 10_000)}. Rowhouse needs 15 or newer.`,
  })
}

async function makeRoles(admin: pg.ClientBase, names: Deployment, logins: Logins): Promise<void> {
  const make = async (role: string, attributes: string) => {
    const { rowCount } = await admin.query('select from pg_roles where rolname = $1', [role])
    await admin.query(`${rowCount === 0 ? 'create' : 'alter'} role ${quoted(role)} ${attributes}`)
  }
  const password = (text: string) => `password ${pg.escapeLiteral(text)}`
  await make(names.owner, 'nologin')
  await make(names.migrator, `login createdb noinherit ${password(logins.migratorPassword)}`)
  await make(names.application, `login ${password(logins.applicationPassword)}`)
  await make(names.relay, `login ${password(logins.relayPassword)}`)
  await weaken(admin, names.application)
  await weaken(admin, names.relay)
  await admin.query(`grant ${quoted(names.owner)} to ${quoted(names.migrator)}, current_user`)
  // So that a dedicated database can be dropped while a server is still connected to it.
  await admin.query(`grant ${quoted(names.application)}, ${quoted(names.relay)} to ${quoted(names.owner)}`)
  await setDefaults(admin, names.application, sessionSettings)
  await setDefaults(admin, names.relay, [...sessionSettings, ['default_transaction_read_only', 'on']])
}

/**
 * A role may change its own defaults: whatever it did, in whatever database, ends here. All at once, because servers may be
 * running, and a session that begins in between would keep what it found.
 */
async function setDefaults(admin: pg.ClientBase, role: string, settings: typeof sessionSettings): Promise<void> {
  await admin.query('begin')
  const { rows } = await admin.query<{ reset: string }>(
    `select format('alter role %I in database %I reset all', $1::text, d.datname) as reset
     from pg_db_role_setting s join pg_database d on d.oid = s.setdatabase where s.setrole = to_regrole($2)`,
    [role, quoted(role)],
  )
  for (const { reset } of rows) await admin.query(reset)
  await admin.query(`alter role ${quoted(role)} reset all`)
  for (const [setting, value] of settings) {
    await admin.query(`alter role ${quoted(role)} set ${setting} = ${pg.escapeLiteral(value)}`)
  }
  await admin.query('commit')
}

/** Takes from a role of the server's whatever somebody gave it. What only a superuser may take, the start-up refuses. */
async function weaken(admin: pg.ClientBase, role: string): Promise<void> {
  const { rows } = await admin.query<{ super: boolean; groups: string[] }>(
    `select a.rolsuper as super, array(
       select g.rolname::text from pg_auth_members m join pg_roles g on g.oid = m.roleid where m.member = r.oid
     ) as groups
     from pg_roles r, pg_roles a where r.rolname = $1 and a.rolname = current_user`,
    [role],
  )
  const { super: superuser, groups } = rows[0]!
  const escapes = superuser
    ? 'nosuperuser nobypassrls noreplication nocreaterole nocreatedb'
    : 'nocreaterole nocreatedb'
  await admin.query(`alter role ${quoted(role)} ${escapes}`)
  for (const group of groups) await admin.query(`revoke ${quoted(group)} from ${quoted(role)}`)
}

/** What every session of the application and of the relay starts with. The door refuses another isolation level. */
const sessionSettings: readonly (readonly [string, string])[] = [
  ['search_path', 'pooled'],
  ['timezone', 'UTC'],
  ['datestyle', 'ISO, MDY'],
  ['statement_timeout', '30s'],
  ['lock_timeout', '5s'],
  ['idle_in_transaction_session_timeout', '30s'],
  ['default_transaction_isolation', 'read committed'],
  // Here and not told at each connection: behind a pooler that would be a setting of somebody else's session.
  ['application_name', 'rowhouse'],
]

async function makeDatabase(admin: pg.ClientBase, names: Deployment, name: string): Promise<void> {
  const { rowCount } = await admin.query('select from pg_database where datname = $1', [name])
  if (rowCount === 0) {
    await admin.query(`create database ${quoted(name)} owner ${quoted(names.owner)} template template0 encoding 'UTF8'`)
  }
  await closeDatabase(admin, names, name)
}

async function prepareDatabase(
  admin: pg.ClientBase,
  names: Deployment,
  name: string,
  superuser: boolean,
): Promise<void> {
  const house = name === names.controlDatabase ? controlPlacement(names).schemaName : 'pooled'
  for (const schema of ['rowhouse', house]) {
    await admin.query(`create schema if not exists ${schema} authorization ${quoted(names.owner)}`)
  }
  await admin.query(`grant usage on schema rowhouse to ${quoted(names.migrator)}`)
  if (superuser) await admin.query(fillRoles(readFileSync(new URL('./harden.sql', import.meta.url), 'utf8'), names))
}

/**
 * Applies what is new to every target, one after the other: the control database, the template of new databases, the
 * shared databases, every schema of its own, every database of its own.
 *
 * @param onTarget hears of each target when it is done, with the number of migrations that it had.
 */
export async function migrateAll(
  migratorUrl: string,
  names: Deployment,
  migrations: Migrations,
  onTarget: (target: Target, applied: number) => void = () => {},
): Promise<void> {
  const run = (
    databaseName: string,
    targets: readonly Target[],
    modules: readonly ModuleMigrations[],
    ofDatabase: readonly ModuleMigrations[],
  ) =>
    asClient(urlOf(migratorUrl, databaseName), async (client) => {
      // The door is a migration too: of the schema `rowhouse`, once for each database.
      await applyMigrations(client, names, platformHouse(databaseName), [doorMigrations])
      await migrateHouse(client, names, platformHouse(databaseName), ofDatabase)
      for (const target of targets) onTarget(target, await migrateHouse(client, names, target, modules))
    })

  const { databaseName, schemaName } = controlPlacement(names)
  await run(databaseName, [{ databaseName, schemaName, soleTenantId: null }], migrations.control, [])
  await registerDatabases(migratorUrl, names)
  const byDatabase = Map.groupBy(await listTargets(migratorUrl, names), (target) => target.databaseName)
  for (const [name, targets] of byDatabase) await run(name, targets, migrations.houses, migrations.databases ?? [])
}

/** The schema of the platform's own tables, which the tenants of a database share. */
export const platformHouse = (databaseName: string): Target => ({
  databaseName,
  schemaName: 'rowhouse',
  soleTenantId: null,
})

async function registerDatabases(migratorUrl: string, names: Deployment): Promise<void> {
  await asClient(urlOf(migratorUrl, names.controlDatabase), (client) =>
    client.query(
      `insert into control.databases (name, kind) values ($1, 'template'), ($2, 'shared') on conflict do nothing`,
      [names.templateDatabase, names.sharedDatabase],
    ),
  )
}

export async function listTargets(migratorUrl: string, names: Deployment): Promise<Target[]> {
  return asClient(urlOf(migratorUrl, names.controlDatabase), async (client) => {
    const { rows } = await client.query<{ database_name: string; schema_name: string; sole_tenant_id: string | null }>(`
      select d.name as database_name, 'pooled' as schema_name, t.id as sole_tenant_id
      from control.databases d
      left join control.tenants t on t.database_name = d.name and t.tier = 'database' and t.state = 'active'
      where d.kind <> 'dedicated' or t.id is not null
      union all
      select t.database_name, t.schema_name, t.id from control.tenants t where t.tier = 'schema' and t.state = 'active'
      order by 1, 2
    `)
    return rows.map((row) => ({
      databaseName: row.database_name,
      schemaName: row.schema_name,
      soleTenantId: row.sole_tenant_id,
    }))
  })
}
