import { cursorPage, pageInput } from '@rowhouse/app'
import { sql, type SqlBool } from 'kysely'
import { z } from 'zod'
import { Customer } from './customers.ts'
import { columns, Email } from './fields.ts'
import { direction, following, orderBy, pageOf, sortField } from './order.ts'
import { containing, matchOrLast, pageFound, placeInWindow, searchField, searchWindow } from './search.ts'
import { query, readDesk } from './words.ts'

export const listCustomers = query({
  name: 'customers.list',
  http: 'GET /customers',
  summary: 'List customers',
  description: 'By address exactly (`email`), or by any part of name and address (`q`).',
  permission: readDesk,
  input: z.strictObject({
    ...pageInput,
    sort: sortField('createdAt', 'email'),
    email: Email.optional(),
    q: searchField,
  }),
  output: cursorPage(Customer),
  async handle({ input: { limit, cursor, sort, email, q }, db }) {
    const order = orderBy(sort, cursor)
    let rows = following(db.selectFrom('customers').select(columns(Customer)).orderBy(direction(order)), order)
    if (email !== undefined) rows = rows.where('email', '=', email)
    if (q === undefined) return pageOf(await rows.limit(limit + 1).execute(), limit, order)

    const pattern = containing(q)
    const matches = sql<SqlBool>`(name ilike ${pattern} or email ilike ${pattern})`
    const found = await db
      .selectFrom(rows.select(placeInWindow(order).as('place')).limit(searchWindow).as('customers'))
      .select([...columns(Customer), 'place', matches.as('matches')])
      .where(matchOrLast(matches))
      .orderBy('place')
      .limit(limit + 1)
      .execute()
    return pageFound(found, limit, order)
  },
})
