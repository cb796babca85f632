/** What stands in a tenant's tables, read by an administrator. */
import type { Database } from './database.ts'

export type Row = Readonly<Record<string, unknown>>

export interface House {
  readonly tickets: readonly Row[]
  readonly comments: readonly Row[]
  readonly customers: readonly Row[]
  readonly members: readonly Row[]
  readonly apiKeys: readonly Row[]
  /** In the order in which they happened. */
  readonly effects: readonly Row[]
  /** The highest number that a ticket was given. */
  readonly lastNumber: number
  readonly ticketsBySubject: ReadonlyMap<string, readonly Row[]>
  readonly ticketsByTag: ReadonlyMap<string, readonly Row[]>
  readonly commentsByBody: ReadonlyMap<string, readonly Row[]>
  readonly commentsByTicket: ReadonlyMap<string, readonly Row[]>
  readonly entries: readonly Row[]
  readonly entriesByToken: ReadonlyMap<string, readonly Row[]>
}

export async function readHouse({ at, names: { controlDatabase } }: Database, tenantId: string): Promise<House> {
  const control = await at(controlDatabase)
  const { rows: placed } = await control.query<{ database_name: string; schema_name: string }>(
    'select database_name, schema_name from control.tenants where id = $1',
    [tenantId],
  )
  const { database_name: databaseName, schema_name: schemaName } = placed[0]!
  const home = await at(databaseName)
  const all = async (table: string, order = 'id'): Promise<Row[]> => {
    const { rows } = await home.query<Row>(
      `select * from ${schemaName}.${table} where tenant_id = $1 order by ${order}`,
      [tenantId],
    )
    return rows
  }
  const tickets = await all('tickets', 'number')
  const comments = await all('comments', 'created_at, id')
  const [counter] = await all('ticket_counters', 'tenant_id')
  const { rows: apiKeys } = await control.query<Row>('select * from control.api_keys where tenant_id = $1', [tenantId])
  const entries = await all('journal_entries', 'stream, position')
  return {
    tickets,
    comments,
    customers: await all('customers'),
    members: await all('members'),
    apiKeys,
    effects: await all('journal_effects', 'at'),
    lastNumber: Number(counter?.['last_number'] ?? 0),
    ticketsBySubject: Map.groupBy(tickets, ({ subject }) => String(subject)),
    ticketsByTag: Map.groupBy(tickets, ({ tags }) => (tags as string[])[0] ?? ''),
    commentsByBody: Map.groupBy(comments, ({ body }) => String(body)),
    commentsByTicket: Map.groupBy(comments, ({ ticket_id }) => String(ticket_id)),
    entries,
    entriesByToken: Map.groupBy(entries, ({ token }) => String(token)),
  }
}
