/** Tenants made while nodes die: each is there wholly, or not at all. */
import type { Random } from '../random.ts'
import type { Tenant } from './commands.ts'
import type { Database } from './database.ts'
import type { Fleet } from './fleet.ts'
import type { Row } from './house.ts'
import { type Answer, settle } from './send.ts'

export interface Newcomer {
  readonly slug: string
  readonly answer: Answer | undefined
  readonly sent: number
}

const tiers = ['shared', 'schema', 'database'] as const

/** One tenant in each tier, twice. */
export async function settleIn(fleet: Fleet, operatorApiKey: string, random: Random): Promise<Tenant[]> {
  const tenants: Tenant[] = []
  for (const tier of [...tiers, ...tiers]) {
    const slug = `${tier}-${random.hex(8)}`
    const { answer } = await makeTenant(fleet, operatorApiKey, slug, tier)
    if (answer?.status !== 201) throw new Error(`No tenant could be made: ${answer?.body}`)
    const { id, owner } = JSON.parse(answer.body) as { id: string; owner: { apiKey: string } }
    tenants.push({ id, slug, tier, apiKey: owner.apiKey })
  }
  return tenants
}

/** Makes one after the other while `goesOn`. */
export async function comeIn(
  fleet: Fleet,
  operatorApiKey: string,
  random: Random,
  goesOn: () => boolean,
): Promise<Newcomer[]> {
  const newcomers: Newcomer[] = []
  while (goesOn() && !fleet.signal.aborted) {
    const slug = `n-${random.hex(16)}`
    newcomers.push({ slug, ...(await makeTenant(fleet, operatorApiKey, slug, random.pick(tiers))) })
  }
  return newcomers
}

const makeTenant = (fleet: Fleet, bearer: string, slug: string, tier: string) =>
  settle(fleet, {
    method: 'POST',
    path: '/operator/v1/tenants',
    bearer,
    body: { slug, name: slug, tier, owner: { email: `owner@${slug}.example`, name: slug } },
    key: slug,
  })

/** What is half there of any tenant, and what newcomers were told that is not so. */
export async function checkTenants({ at, names }: Database, newcomers: readonly Newcomer[]): Promise<string[]> {
  const read = async (databaseName: string, sql: string) => (await (await at(databaseName)).query<Row>(sql)).rows
  const faults: string[] = []
  const tenants = await read(names.controlDatabase, 'select * from control.tenants')
  const bySlug = new Map(tenants.map((tenant) => [tenant['slug'], tenant]))
  for (const { slug, state } of tenants)
    if (state !== 'active') faults.push(`tenant ${String(slug)} is ${String(state)}`)
  for (const { slug, answer, sent } of newcomers) {
    if (answer?.status === 201 && !bySlug.has(slug)) faults.push(`tenant ${slug}, acknowledged, is not there`)
    // Made by a request whose answer was lost, it has its name.
    const itself = answer?.status === 409 && sent > 1 && bySlug.has(slug)
    if (answer && answer.status !== 201 && !itself) faults.push(`tenant ${slug} was refused: ${answer.body}`)
  }

  const residents = new Map<string, Set<unknown>>()
  for (const name of new Set([
    names.controlDatabase,
    names.sharedDatabase,
    ...tenants.map((t) => String(t['database_name'])),
  ])) {
    const rows = await read(name, 'select tenant_id from rowhouse.residents')
    residents.set(name, new Set(rows.map(({ tenant_id }) => tenant_id)))
  }
  const ids = new Set(tenants.map(({ id }) => id))
  for (const [name, found] of residents) {
    for (const id of found) if (!ids.has(id)) faults.push(`${name} has a resident that is no tenant: ${String(id)}`)
  }
  const keys = await read(names.controlDatabase, 'select tenant_id from control.api_keys')
  const withKey = new Set(keys.map(({ tenant_id }) => tenant_id))
  for (const { id, slug, database_name, schema_name } of tenants) {
    const home = String(database_name)
    const half = (what: string) => faults.push(`tenant ${String(slug)} is without ${what}`)
    if (!residents.get(home)!.has(id) || !residents.get(names.controlDatabase)!.has(id)) half('its place in a database')
    if (!withKey.has(id)) half('a key')
    const owners = await read(
      home,
      `select from ${String(schema_name)}.members where role = 'owner' and tenant_id = '${String(id)}'`,
    )
    if (owners.length !== 1) half(`its one owner: it has ${owners.length}`)
  }

  const schemas = new Set(tenants.map(({ schema_name }) => schema_name))
  for (const { name } of await read(
    names.sharedDatabase,
    `select nspname as name from pg_namespace where nspname ~ '^t_'`,
  )) {
    if (!schemas.has(name)) faults.push(`schema ${String(name)} is nobody's`)
  }
  const databases = new Set(tenants.map(({ database_name }) => database_name))
  for (const { name } of await read(
    'postgres',
    `select datname as name from pg_database where starts_with(datname, '${names.prefix}_t_')`,
  )) {
    if (!databases.has(name)) faults.push(`database ${String(name)} is nobody's`)
  }
  return faults
}
