/** The deployment's PostgreSQL, as its administrator sees it. */
import { setTimeout as sleep } from 'node:timers/promises'
import { type Deployment, urlOf } from '@rowhouse/tenancy'
import pg from 'pg'

export interface Database {
  readonly names: Deployment
  /** A superuser's connection, kept open. */
  at(databaseName: string): Promise<pg.Client>
  close(): Promise<void>
}

export function openDatabase(adminUrl: string, names: Deployment): Database {
  const clients = new Map<string, pg.Client>()
  return {
    names,
    async at(databaseName) {
      const known = clients.get(databaseName)
      if (known) return known
      const client = new pg.Client({ connectionString: urlOf(adminUrl, databaseName) })
      // A server that goes away shows at the next statement.
      client.on('error', () => {})
      await client.connect()
      clients.set(databaseName, client)
      return client
    },
    async close() {
      for (const client of clients.values()) await client.end()
    },
  }
}

/** Waits until no event waits any more. @returns what still does, or is parked */
export async function settleEvents({ at, names }: Database, patienceMs: number): Promise<string[]> {
  const control = await at(names.controlDatabase)
  const { rows } = await control.query<{ name: string }>(
    'select distinct database_name as name from control.tenants where state = $1',
    ['active'],
  )
  const deadline = performance.now() + patienceMs
  for (;;) {
    const left: string[] = []
    for (const { name } of rows) {
      const { rows: waiting } = await (await at(name)).query<{ what: string }>(stillWaiting)
      left.push(...waiting.map(({ what }) => `${name}: ${what}`))
    }
    if (left.length === 0 || performance.now() > deadline) return left
    await sleep(100)
  }
}

const stillWaiting = `
  select format('%s of tenant %s waits to be handed on', id, tenant_id) as what from rowhouse.outbox
  union all
  select format('%s of tenant %s waits for %s: %s', key, tenant_id, subscriber, last_error) from rowhouse.delivery_keys
  union all
  select format('%s of tenant %s waits for %s without its key', key, tenant_id, subscriber) from rowhouse.deliveries d
  where not exists (
    select from rowhouse.delivery_keys k
    where k.tenant_id = d.tenant_id and k.subscriber = d.subscriber and k.key = d.key
  )`
