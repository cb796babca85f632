/** Tenants are there wholly or not at all, whoever made them and wherever the node died. */
import type { Database } from './database.ts'
import type { Row } from './house.ts'
import type { Newcomer } from './newcomers.ts'
import type { Person } from './people.ts'

export async function checkTenants(
  { at, names }: Database,
  newcomers: readonly Newcomer[],
  people: readonly Person[],
): Promise<string[]> {
  const read = async (databaseName: string, sql: string) => (await (await at(databaseName)).query<Row>(sql)).rows
  const control = (sql: string) => read(names.controlDatabase, sql)
  const faults: string[] = []

  const tenants = await control('select * from control.tenants')
  const databases = new Set(tenants.map(({ database_name }) => String(database_name)))
  const residents = new Map<string, Row[]>()
  for (const name of new Set([names.controlDatabase, names.sharedDatabase, ...databases])) {
    residents.set(name, await read(name, 'select tenant_id from rowhouse.residents'))
  }
  const keys = ofTenant(await control('select tenant_id from control.api_keys'))
  const memberships = ofTenant(
    await control(`
      select m.tenant as tenant_id, m.member_id, a.email
      from control.memberships m join control.accounts a on a.id = m.account_id`),
  )

  for (const { id, slug, state, database_name, schema_name } of tenants) {
    const half = (what: string) => faults.push(`tenant ${String(slug)} ${what}`)
    if (state !== 'active') half(`is ${String(state)}`)
    for (const name of [String(database_name), names.controlDatabase]) {
      if (!residents.get(name)!.some(({ tenant_id }) => tenant_id === id)) half(`has no place in ${name}`)
    }
    const members = await read(
      String(database_name),
      `select id, email, role from ${String(schema_name)}.members where tenant_id = '${String(id)}'`,
    )
    if (members.filter(({ role }) => role === 'owner').length !== 1) half('has not one owner')
    const accounts = memberships.get(id) ?? []
    for (const { member_id, email } of accounts) {
      if (!members.some((member) => member['id'] === member_id && member['email'] === email)) {
        half(`has an account that is no member: ${String(email)}`)
      }
    }
    const byPeople = String(slug).startsWith('p-')
    if (byPeople && accounts.length !== members.length) half('has a member without an account')
    if (!byPeople && !keys.has(id)) half('has no key')
  }

  faults.push(...leftovers(tenants, residents))
  const schemas = new Set(tenants.map(({ schema_name }) => schema_name))
  for (const { name } of await read(
    names.sharedDatabase,
    `select nspname as name from pg_namespace where nspname ~ '^t_'`,
  )) {
    if (!schemas.has(name)) faults.push(`schema ${String(name)} is nobody's`)
  }
  for (const { name } of await read(
    'postgres',
    `select datname as name from pg_database where datname ~ '^${names.prefix}_t_'`,
  )) {
    if (!databases.has(String(name))) faults.push(`database ${String(name)} is nobody's`)
  }
  faults.push(...brokenPromises(tenants, memberships, newcomers, people))
  return faults
}

function leftovers(tenants: readonly Row[], residents: ReadonlyMap<string, readonly Row[]>): string[] {
  const ids = new Set(tenants.map(({ id }) => id))
  return [...residents].flatMap(([name, found]) =>
    found
      .filter(({ tenant_id }) => !ids.has(tenant_id))
      .map(({ tenant_id }) => `${name} has a resident that is no tenant: ${String(tenant_id)}`),
  )
}

/** What somebody was told, and is not so. */
function brokenPromises(
  tenants: readonly Row[],
  memberships: ReadonlyMap<unknown, readonly Row[]>,
  newcomers: readonly Newcomer[],
  people: readonly Person[],
): string[] {
  const bySlug = new Map(tenants.map((tenant) => [tenant['slug'], tenant]))
  const faults: string[] = []
  for (const { slug, answer, sent } of newcomers) {
    if (answer?.status === 201 && !bySlug.has(slug)) faults.push(`tenant ${slug}, acknowledged, is not there`)
    // Made by a request whose answer was lost, it has its name.
    const itself = answer?.status === 409 && sent > 1 && bySlug.has(slug)
    if (answer && answer.status !== 201 && !itself) faults.push(`tenant ${slug} was refused: ${answer.body}`)
  }
  for (const { slug, email, colleague, signedUp, accepted } of people) {
    const accounts = memberships.get(bySlug.get(slug)?.['id'])?.map((account) => account['email']) ?? []
    if (signedUp && !accounts.includes(email)) faults.push(`${email} signed up, and has no account`)
    if (accepted && !accounts.includes(colleague)) faults.push(`${colleague} accepted, and has no account`)
  }
  return faults
}

const ofTenant = (rows: readonly Row[]) => Map.groupBy(rows, ({ tenant_id }) => tenant_id)
