/** The bench's rows. Every tenant has the same ids, so that a row of the wrong tenant would be found, and noticed. */
import { type Tenant, type Tier, urlOf } from '@rowhouse/tenancy'
import pg from 'pg'

export const itemId = (number: number): string => `00000000-0000-7000-8000-${String(number).padStart(12, '0')}`

const idOf = (number: string) => `('00000000-0000-7000-8000-' || lpad(${number}::text, 12, '0'))::uuid`

/** Loads what is too much for one insert at a time, as the superuser, whom no policy binds. */
export async function fillHouse(
  client: pg.ClientBase,
  schemaName: string,
  tenants: readonly Tenant[],
  rows: number,
): Promise<void> {
  // Row by row through all tenants, as rows come in a real table: a tenant's rows are spread over it.
  await client.query(
    `insert into ${schemaName}.items (tenant_id, id, number, title, body)
     select tenant, ${idOf('number')}, number, 'Item ' || number, repeat('Words of ordinary length. ', 5)
     from generate_series(1, $2::integer) number, unnest($1::uuid[]) tenant`,
    [tenants.map(({ id }) => id), rows],
  )
  await client.query(`vacuum (analyze, freeze) ${schemaName}.items`)
}

/**
 * The roles of the other sides, with grants on the same tables, and for the usual way a copy of the shared tier's table
 * under a policy that believes a setting.
 */
export async function fillByHand(
  adminUrl: string,
  tenants: Readonly<Record<Tier, readonly Tenant[]>>,
  password: string,
): Promise<void> {
  const [sharedTenant] = tenants.shared
  const sharedDatabase = sharedTenant!.placement.databaseName
  await inDatabase(urlOf(adminUrl, sharedDatabase), async (client) => {
    await client.query(`create role by_hand login bypassrls password '${password}'`)
    await client.query(`create role usual login password '${password}'`)
    await client.query(`
      create schema usual;
      create table usual.items (like pooled.items including all excluding defaults);
      insert into usual.items select * from pooled.items;
      create policy tenant on usual.items using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid);
      alter table usual.items enable row level security, force row level security;
      grant usage on schema usual to usual;
      grant select, insert, update on usual.items to usual;
      grant execute on function pg_catalog.set_config(text, text, boolean) to usual;
    `)
    await client.query('vacuum (analyze, freeze) usual.items')
  })
  const homes = Object.values(tenants).flat()
  for (const [databaseName, residents] of Map.groupBy(homes, ({ placement }) => placement.databaseName)) {
    await inDatabase(urlOf(adminUrl, databaseName), async (client) => {
      await client.query(`grant connect on database ${databaseName} to by_hand, usual`)
      for (const schemaName of new Set(residents.map(({ placement }) => placement.schemaName))) {
        await client.query(`grant usage on schema ${schemaName} to by_hand`)
        await client.query(`grant select, insert on ${schemaName}.items to by_hand`)
      }
    })
  }
  await inDatabase(adminUrl, (client) => client.query('checkpoint'))
}

async function inDatabase(url: string, work: (client: pg.Client) => Promise<unknown>): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    await work(client)
  } finally {
    await client.end()
  }
}
