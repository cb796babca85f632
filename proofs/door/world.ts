/** A deployment to attack: three tiers side by side and the control database, with rows in every house. */
import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import * as tenancy from '@rowhouse/tenancy'
import pg from 'pg'
import { createRandom } from '../random.ts'
import { insertRows, makeRows, type Rows } from './rows.ts'

export type Tenancy = typeof tenancy

export interface Resident {
  readonly label: string
  readonly id: string
  readonly tier: tenancy.Tier
  readonly canary: string
  readonly rows: Rows
  readonly placement: tenancy.Placement
}

/** One schema of one database, attacked by one of its residents. */
export interface House {
  readonly label: string
  readonly databaseName: string
  readonly attacker: Resident
  /** Of the attacker, here. */
  readonly placement: tenancy.Placement
  /** The others of this database with where they live in it: who may be met on the same connection. */
  readonly neighbours: readonly { readonly resident: Resident; readonly placement: tenancy.Placement }[]
  /** Schema with the attacker's rows alone and no row security: what each of its statements must answer. */
  readonly reference: string
}

export interface World {
  readonly major: number
  readonly names: tenancy.Deployment
  readonly doorKey: Buffer
  readonly residents: readonly Resident[]
  readonly houses: readonly House[]
  readonly applicationUrl: string
  readonly migratorUrl: string
  readonly migrations: tenancy.Migrations
  /** The keys of every residence, in hex: no answer may hold one. */
  readonly keys: readonly string[]
  /** A superuser's connection to one of the databases, kept open. */
  admin(databaseName: string): Promise<pg.Client>
  /** What an operator does when a role is not as it was: `rowhouse migrate run`. */
  repair(): Promise<unknown>
  /** Drops everything. */
  remove(): Promise<void>
}

const ledger: tenancy.ModuleMigrations = {
  module: 'ledger',
  migrations: tenancy.sqlMigrations(import.meta.url, './tables'),
}

const tiers: readonly (readonly [label: string, tier: tenancy.Tier])[] = [
  ['shared-a', 'shared'],
  ['shared-b', 'shared'],
  ['shared-c', 'shared'],
  ['schema-a', 'schema'],
  ['schema-b', 'schema'],
  ['database-a', 'database'],
  ['database-b', 'database'],
]

export interface WorldOptions {
  /** A superuser's. */
  readonly adminUrl: string
  readonly seed: number
  /** Rows of the parent table for each tenant. */
  readonly accounts: number
}

export async function buildWorld({ adminUrl, seed, accounts }: WorldOptions): Promise<World> {
  const prefix = `prove_${randomBytes(4).toString('hex')}`
  const names = tenancy.deployment(prefix, `${prefix}_control`)
  const logins = {
    applicationPassword: randomBytes(16).toString('hex'),
    migratorPassword: randomBytes(16).toString('hex'),
    relayPassword: randomBytes(16).toString('hex'),
  }
  const as = (role: string, password: string) => {
    const url = new URL(tenancy.urlOf(adminUrl, names.controlDatabase))
    url.username = role
    url.password = password
    return url.href
  }
  const migratorUrl = as(names.migrator, logins.migratorPassword)
  const doorKey = randomBytes(32)
  const migrations = { control: [tenancy.catalogMigrations, ledger], houses: [tenancy.memberMigrations, ledger] }

  await tenancy.prepareCluster(adminUrl, names, logins)
  await tenancy.migrateAll(migratorUrl, names, migrations)
  const tenants = tenancy.createTenants({ migratorUrl, names, doorKey, modules: migrations.houses })
  const residents: Resident[] = []
  for (const [label, tier] of tiers) {
    const slug = label
    const { id, placement } = await tenants.create({ slug, name: label, tier }, async () => {})
    const random = createRandom(seed, `rows ${label}`)
    const canary = `cnry${random.hex(24)}`
    residents.push({ label, id, tier, canary, placement, rows: makeRows(id, canary, accounts, random) })
  }

  const admins = new Map<string, pg.Client>()
  const admin = async (databaseName: string) => {
    const known = admins.get(databaseName)
    if (known) return known
    const client = new pg.Client({ connectionString: tenancy.urlOf(adminUrl, databaseName) })
    // A server that goes away shows at the next statement.
    client.on('error', () => {})
    await client.connect()
    await client.query('set timezone = utc')
    admins.set(databaseName, client)
    return client
  }
  const { rows: version } = await (
    await admin('postgres')
  ).query<{ server_version_num: string }>('show server_version_num')
  const world: World = {
    keys: await keysOf(residents, names, admin),
    major: Math.floor(Number(version[0]!.server_version_num) / 10_000),
    names,
    doorKey,
    residents,
    houses: housesOf(names, residents),
    applicationUrl: as(names.application, logins.applicationPassword),
    migratorUrl,
    migrations,
    admin,
    repair: () => tenancy.prepareCluster(adminUrl, names, logins),
    remove: () => remove(adminUrl, names, admins),
  }
  await furnish(world)
  return world
}

async function keysOf(
  residents: readonly Resident[],
  { controlDatabase }: tenancy.Deployment,
  admin: World['admin'],
): Promise<string[]> {
  const databases = new Set([controlDatabase, ...residents.map(({ placement }) => placement.databaseName)])
  const keys: string[] = []
  for (const name of databases) {
    const { rows } = await (
      await admin(name)
    ).query<{ key: string }>(`select encode(unnest(array[seal_key, proof_key]), 'hex') as key from rowhouse.residents`)
    keys.push(...rows.map(({ key }) => key))
  }
  return keys
}

function housesOf(names: tenancy.Deployment, residents: readonly Resident[]): House[] {
  const control = tenancy.controlPlacement(names)
  const attackers = ['shared-a', 'schema-a', 'database-a'].map((label) => residents.find((r) => r.label === label)!)
  const house = (label: string, attacker: Resident, placementOf: (resident: Resident) => tenancy.Placement): House => {
    const placement = placementOf(attacker)
    const { databaseName } = placement
    const others = residents.filter((other) => other !== attacker && placementOf(other).databaseName === databaseName)
    return {
      label,
      attacker,
      placement,
      databaseName,
      neighbours: others.map((resident) => ({ resident, placement: placementOf(resident) })),
      reference: `only_${label}`,
    }
  }
  return [
    ...attackers.map((attacker) => house(attacker.tier, attacker, ({ placement }) => placement)),
    house('control', attackers[0]!, () => control),
  ]
}

/** Rows into every house, and each attacker's once more into a schema of their own. */
async function furnish(world: World): Promise<void> {
  const { residents, names, houses } = world
  const control = tenancy.controlPlacement(names)
  for (const resident of residents) {
    for (const { databaseName, schemaName } of [resident.placement, control]) {
      await insertRows(await world.admin(databaseName), schemaName, resident.rows)
    }
  }
  for (const { databaseName, reference, attacker } of houses) {
    const admin = await world.admin(databaseName)
    await admin.query(`create schema ${reference}; set search_path = ${reference}`)
    await admin.query(readFileSync(new URL('./tables/0001_ledger.sql', import.meta.url), 'utf8'))
    await admin.query('reset search_path')
    await insertRows(admin, reference, attacker.rows)
    await admin.query(shadow)
    await admin.query('analyze')
  }
}

/** What an attacker could plant where it may create, planted for it: a name in the door that is not qualified finds it. */
const shadow = `
  create schema if not exists shadow;
  create or replace function shadow.sha256(bytea) returns bytea language sql immutable as $$ select decode(repeat('00', 32), 'hex') $$;
  create or replace function shadow.current_setting(text, boolean) returns text language sql stable as $$ select null::text $$;
  create or replace function shadow.always(anyelement, anyelement) returns boolean language sql immutable as $$ select true $$;
  grant usage on schema shadow to public`

async function remove(adminUrl: string, names: tenancy.Deployment, admins: Map<string, pg.Client>): Promise<void> {
  for (const client of admins.values()) await client.end()
  admins.clear()
  await tenancy.asClient(adminUrl, async (client) => {
    const { rows } = await client.query<{ name: string }>(
      'select quote_ident(datname) as name from pg_database where starts_with(datname, $1) order by datname',
      [names.prefix],
    )
    for (const { name } of rows) {
      await client.query(`alter database ${name} is_template false`)
      await client.query(`drop database ${name} with (force)`)
    }
    const { rows: roles } = await client.query<{ name: string }>(
      'select quote_ident(rolname) as name from pg_roles where starts_with(rolname, $1)',
      [names.prefix],
    )
    for (const { name } of roles) await client.query(`drop owned by ${name} cascade; drop role ${name}`)
  })
}
