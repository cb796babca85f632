/** How a list's `sort` and `cursor` become SQL: a page is one range of an index, so its cost does not grow with its depth. */
import { decodeCursor, encodeCursor } from '@rowhouse/app'
import { sql, type RawBuilder, type SelectQueryBuilder, type SqlBool } from 'kysely'
import { z } from 'zod'

/** An order that no two rows share, and where in it the page begins. */
export interface Order {
  readonly sort: string
  readonly columns: readonly string[]
  readonly descending: boolean
  /** The last row of the page before, by its values in `columns`. */
  readonly after: readonly unknown[] | undefined
}

/** As the database gives it: PostgreSQL knows no year 0 and no finer fraction. */
const Moment = z.iso.datetime({ precision: 6 }).refine((time) => time >= '0001')

/** What a list can be sorted by. A cursor holds these values, comes from the client, and goes into a statement. */
const values = {
  createdAt: Moment,
  updatedAt: Moment,
  number: z.int32(),
  email: z.string().refine((text) => !text.includes('\0')),
}
type SortColumn = keyof typeof values

/** Unique within the tenant by themselves; the others are told apart by `id`. */
const unique: readonly SortColumn[] = ['number', 'email']

/** The field `sort` of a list: by any of `columns`, upwards or, with a minus, downwards. The newest first unless said. */
export const sortField = <const Columns extends readonly SortColumn[]>(...columns: Columns) =>
  z
    .enum(columns.flatMap((column) => [column, `-${column}`] as const) as `${'' | '-'}${Columns[number]}`[])
    .default('-createdAt' as never)
    .meta({ description: 'A minus sorts downwards.', example: '-createdAt' })

/** @throws http.invalid_cursor, also for a cursor of another order */
export function orderBy(sort: `${'' | '-'}${SortColumn}`, cursor: string | undefined): Order {
  const descending = sort.startsWith('-')
  const column = (descending ? sort.slice(1) : sort) as SortColumn
  const alone = unique.includes(column)
  const columns = alone ? [column] : [column, 'id']
  const schema = z.tuple(alone ? [z.literal(sort), values[column]] : [z.literal(sort), values[column], z.uuid()])
  const after = cursor === undefined ? undefined : decodeCursor(cursor, schema).slice(1)
  return { sort, columns, descending, after }
}

/** `column desc, id desc` */
export const direction = ({ columns, descending }: Order): RawBuilder<unknown> =>
  sql.join(columns.map((column) => sql`${sql.ref(column)} ${sql.raw(descending ? 'desc' : 'asc')}`))

/** Leaves the rows after the page before. */
export function following<Tables, Table extends keyof Tables, Row>(
  rows: SelectQueryBuilder<Tables, Table, Row>,
  { columns, descending, after }: Order,
): SelectQueryBuilder<Tables, Table, Row> {
  if (!after) return rows
  const place = sql.join(columns.map((column) => sql.ref(column)))
  return rows.where(sql<SqlBool>`(${place}) ${sql.raw(descending ? '<' : '>')} (${sql.join(after)})`)
}

/** The cursor with which the page after `row` begins. */
export const cursorAfter = ({ sort, columns }: Order, row: object): string =>
  encodeCursor([sort, ...columns.map((column) => row[column as keyof typeof row])])

/** Makes a page of `limit` rows and the one that says whether there are more. */
export const pageOf = <Row extends object>(rows: readonly Row[], limit: number, order: Order) => ({
  items: rows.slice(0, limit),
  nextCursor: rows.length > limit ? cursorAfter(order, rows[limit - 1]!) : null,
})
