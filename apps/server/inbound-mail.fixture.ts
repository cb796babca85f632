/** Posts mail to a tenant of the test platform, and looks at the rows that came of it. */
import type { TestPlatform, TestTenant } from './test-platform.ts'

export interface Received {
  readonly ticketId: string
  readonly number: number
  readonly customerId: string
  readonly created: boolean
}

export interface Problem {
  readonly code: string
  readonly errors?: readonly { readonly pointer: string; readonly detail: string }[]
}

export interface Mailbox {
  send(raw: Uint8Array | string): Promise<{ status: number; content: Received & Problem }>
  call(method: string, path: string, body?: object): Promise<{ status: number; text: string }>
  /** The comments of a ticket, the oldest first, with what belongs to them. */
  stored(ticketId: string): Promise<StoredComment[]>
  /** Those of all tickets. */
  everything(): Promise<StoredComment[]>
  /** How many rows there are of each kind, the last ticket's number, and what should not be. */
  counts(): Promise<Record<string, number>>
}

export interface StoredComment {
  readonly subject: string
  readonly status: string
  readonly email: string
  readonly name: string
  readonly body: string
  readonly visibility: string
  readonly message: string | null
  readonly attachments: readonly (readonly [string, string, number])[]
}

export function mailbox({ origin, platform }: TestPlatform, { id, key }: TestTenant): Mailbox {
  const request = (method: string, path: string, type: string, body?: Uint8Array | string) =>
    fetch(`${origin}/api/v1/${path}`, {
      method,
      headers: { authorization: `Bearer ${key}`, ...(body !== undefined && { 'content-type': type }) },
      ...(body !== undefined && { body }),
    })
  const rows = async (text: string, values: readonly unknown[] = []) =>
    (await platform.door.query(id, text, values)).rows
  return {
    async send(raw) {
      const answer = await request('POST', 'inbound-mail', 'message/rfc822', raw)
      return { status: answer.status, content: (await answer.json()) as Received & Problem }
    },
    async call(method, path, body) {
      const answer = await request(method, path, 'application/json', body && JSON.stringify(body))
      return { status: answer.status, text: await answer.text() }
    },
    stored: async (ticketId) =>
      (await rows(storedComments('ticket_id = $1'), [ticketId])) as unknown as StoredComment[],
    everything: async () => (await rows(storedComments('true'))) as unknown as StoredComment[],
    counts: async () => (await rows(rowCounts))[0] as Record<string, number>,
  }
}

const storedComments = (condition: string) => `
  select tickets.subject, tickets.status, customers.email, customers.name,
    comments.body, comments.visibility, comments.message_id as message,
    (
      select coalesce(json_agg(json_build_array(name, type, size_bytes) order by position), '[]')
      from attachments
      where comment_id = comments.id
    ) as attachments
  from comments
  join tickets on tickets.id = ticket_id
  join customers on customers.id = comments.customer_id
  where ${condition}
  order by tickets.number, comments.created_at, comments.id`

const rowCounts = `
  select
    (select count(*)::int from customers) as customers,
    (select count(*)::int from tickets) as tickets,
    (select count(*)::int from comments) as comments,
    (select count(*)::int from attachments) as attachments,
    (select coalesce(max(last_number), 0)::int from ticket_counters) as numbers,
    (
      select count(*)::int
      from tickets
      where not exists (select from comments where ticket_id = tickets.id)
    ) as "ticketsWithoutComment",
    (
      select count(*)::int
      from customers
      where not exists (select from comments where customer_id = customers.id)
    ) as "customersWithoutComment"`
