/**
 * Search by what people remember: any part of a text, upper and lower case alike.
 *
 * `ilike` is not leakproof, so behind row security no index answers it: PostgreSQL reads the tenant's rows and looks. What
 * bounds it is the window: one request looks through at most `searchWindow` rows in the order of the list and gives what it
 * found there; `nextCursor` goes on with the next window. So a page may hold fewer items than its limit, or none, and yet
 * not be the last: nothing is missed, and no request costs more than its window.
 */
import { sql, type RawBuilder, type SqlBool } from 'kysely'
import { cursorAfter, direction, type Order } from './order.ts'
import { line } from './fields.ts'

export const searchWindow = 2_000

export const searchField = line(100)
  .optional()
  .meta({
    description:
      `Any part of a text. Each page looks through ${searchWindow} rows, so it may have fewer items than \`limit\`, ` +
      'or none: while there is a `nextCursor`, there may be more.',
    example: 'invoice',
  })

/** The `ilike` pattern for a text that contains `text` as it stands. */
export const containing = (text: string): string => `%${text.replaceAll(/[\\%_]/g, '\\$&')}%`

/** The place of a row in its window, counted from 1. */
export const placeInWindow = (order: Order): RawBuilder<number> =>
  sql<number>`row_number() over (order by ${direction(order)})`

/** What is asked of the rows of a window: those that match, and the last one, to know where the next window begins. */
export const matchOrLast = (match: RawBuilder<SqlBool>): RawBuilder<SqlBool> =>
  sql<SqlBool>`(${match} or place = ${searchWindow})`

/** Makes a page of what was found in one window: `limit` rows and one more, in order. */
export function pageFound<Row extends { readonly place: number; readonly matches: SqlBool }>(
  rows: readonly Row[],
  limit: number,
  order: Order,
) {
  const shown = rows.slice(0, limit)
  const last = shown.at(-1)
  const more = rows.length > limit || last?.place === searchWindow
  return {
    items: shown.filter(({ matches }) => matches).map(({ place: _place, matches: _matches, ...row }) => row),
    nextCursor: last && more ? cursorAfter(order, last) : null,
  }
}
