import { z } from 'zod'
import { httpErrors } from './errors.ts'

/**
 * The input of a list: where to go on, and how many to give. Spread it into the operation's input:
 * `z.object({ ...pageInput, status: Status.optional() })`.
 */
export const pageInput = {
  cursor: z
    .string()
    .min(1)
    .max(500)
    .optional()
    .meta({ description: '`nextCursor` of the page before; absent for the first page.', example: 'WyIyMDI2Il0' }),
  limit: z.int().min(1).max(100).default(25).meta({ description: 'How many items at most.', example: 25 }),
}

/** The output of a list. The page after it begins at `nextCursor`; the last one has none. */
export const cursorPage = <Item extends z.ZodType>(item: Item) =>
  z.object({
    items: z.array(item),
    nextCursor: z
      .string()
      .nullable()
      .meta({ description: 'Give it as `cursor` to get the next page. Null on the last one.', example: 'WyIyMDI3Il0' }),
  })

/** The sort key of a page's last item, as text that a client passes back and does not look into. */
export const encodeCursor = (values: readonly unknown[]): string =>
  Buffer.from(JSON.stringify(values)).toString('base64url')

/**
 * Reads what `encodeCursor` made. A cursor is no secret and proves nothing: it comes from the client, so `schema` checks
 * every value, and the query that uses it stays inside the tenant as any other does.
 *
 * @throws http.invalid_cursor, pointing at `/cursor`
 */
export function decodeCursor<Values extends z.ZodType>(text: string, schema: Values): z.output<Values> {
  const result = schema.safeParse(parsed(text))
  if (result.success) return result.data
  throw httpErrors.invalidCursor({ errors: [{ pointer: '/cursor', detail: 'Not a cursor that this list gave out' }] })
}

function parsed(text: string): unknown {
  try {
    const bytes = Buffer.from(text, 'base64url')
    // Node skips what is not base64url: only the one true spelling counts.
    if (bytes.toString('base64url') !== text) return undefined
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch {
    return undefined
  }
}
