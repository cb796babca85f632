import { cursorPage, pageInput } from '@rowhouse/app'
import { sql, type SqlBool } from 'kysely'
import { z } from 'zod'
import { columns, Tag } from './fields.ts'
import { direction, following, orderBy, pageOf, sortField, type Order } from './order.ts'
import { containing, matchOrLast, pageFound, placeInWindow, searchField, searchWindow } from './search.ts'
import { Priority, Ticket, TicketStatus } from './tickets.ts'
import { query, readDesk, type DeskDb } from './words.ts'

const filters = {
  number: z.int32().min(1).optional(),
  status: TicketStatus.optional(),
  priority: Priority.optional(),
  customerId: z.uuid().optional(),
  assigneeId: z
    .union([z.uuid(), z.literal('none')])
    .optional()
    .meta({ description: '`none`: those that nobody has.' }),
  tag: Tag.optional(),
}
type Filters = z.output<z.ZodObject<typeof filters>>

export const listTickets = query({
  name: 'tickets.list',
  http: 'GET /tickets',
  summary: 'List tickets',
  description: 'Filters narrow each other. `q` searches subject, customer and comments.',
  permission: readDesk,
  input: z
    .strictObject({
      ...pageInput,
      sort: sortField('createdAt', 'updatedAt', 'number'),
      ...filters,
      q: searchField,
    })
    .meta({ examples: [{ status: 'open', sort: '-updatedAt', limit: 25 }] }),
  output: cursorPage(Ticket),
  async handle({ input: { limit, cursor, sort, q, ...wanted }, db }) {
    const order = orderBy(sort, cursor)
    const rows = filtered(db, wanted, order)
    if (q === undefined) return pageOf(await rows.limit(limit + 1).execute(), limit, order)

    const matches = matching(q)
    const found = await db
      .selectFrom(rows.select(placeInWindow(order).as('place')).limit(searchWindow).as('tickets'))
      .select([...columns(Ticket), 'place', matches.as('matches')])
      .where(matchOrLast(matches))
      .orderBy('place')
      .limit(limit + 1)
      .execute()
    return pageFound(found, limit, order)
  },
})

/** Tag and priority have no index: where they are rare, filling a page may read all of the tenant's tickets. */
function filtered(db: DeskDb, { number, status, priority, customerId, assigneeId, tag }: Filters, order: Order) {
  let rows = following(db.selectFrom('tickets').select(columns(Ticket)).orderBy(direction(order)), order)
  if (number !== undefined) rows = rows.where('number', '=', number)
  if (status !== undefined) rows = rows.where('status', '=', status)
  if (priority !== undefined) rows = rows.where('priority', '=', priority)
  if (customerId !== undefined) rows = rows.where('customerId', '=', customerId)
  if (assigneeId === 'none') rows = rows.where('assigneeId', 'is', null)
  else if (assigneeId !== undefined) rows = rows.where('assigneeId', '=', assigneeId)
  if (tag !== undefined) rows = rows.where((eb) => eb(eb.val(tag), '=', eb.fn.any('tags')))
  return rows
}

/** The customer by a scalar subquery: of an `exists` PostgreSQL may make a hash of all customers, which has no bound. */
function matching(q: string) {
  const pattern = containing(q)
  return sql<SqlBool>`(
    subject ilike ${pattern}
    or (select name || chr(10) || email from customers where customers.id = tickets.customer_id) ilike ${pattern}
    or exists (select from comments where comments.ticket_id = tickets.id and comments.body ilike ${pattern})
  )`
}
