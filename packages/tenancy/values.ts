/** How values travel: JavaScript to PostgreSQL's text format and back. */
import pg from 'pg'

/** One column of a result: its name as code knows it, and how its text becomes a value. */
export interface Column {
  readonly name: string
  readonly parse: (text: string) => unknown
}

interface Field {
  readonly name: string
  readonly dataTypeID: number
}

/** Columns are snake_case in SQL and camelCase in code; the change costs nothing per row. */
export const camelCase = (name: string): string =>
  name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())
export const snakeCase = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)

export const columnNames = (fields: readonly Field[]): string[] => fields.map(({ name }) => columnName(name))

/** An unnamed statement describes its columns each time, and they are the same few names. */
const knownNames = new Map<string, string>()

function columnName(name: string): string {
  const known = knownNames.get(name)
  if (known !== undefined) return known
  const camel = camelCase(name)
  if (knownNames.size < 5_000) knownNames.set(name, camel)
  return camel
}

const oid = { int8: 20, timestamptz: 1184, date: 1082, numeric: 1700 }

/**
 * What differs from pg's own parsers: a timestamp stays text, as RFC 3339 with all its microseconds, because a Date
 * would round it and a cursor made of it would skip rows; int8 becomes a number, and fails where it would lose digits.
 */
const ownParsers = new Map<number, (text: string) => unknown>([
  [oid.int8, safeInteger],
  [oid.timestamptz, rfc3339],
  [oid.date, (text) => text],
])

export const columnParsers = (fields: readonly Field[]): ((text: string) => unknown)[] =>
  fields.map(({ dataTypeID }) => ownParsers.get(dataTypeID) ?? pg.types.getTypeParser(dataTypeID, 'text'))

function safeInteger(text: string): number {
  const value = Number(text)
  if (!Number.isSafeInteger(value)) throw new RangeError(`${text} does not fit a JavaScript number`)
  return value
}

/**
 * `2026-11-24 09:30:00.12+00` as `2026-11-24T09:30:00.120000Z`: sessions run in UTC. Always six digits, so that two of
 * them compare as text in the order of time.
 */
function rfc3339(text: string): string {
  const [, date, time, fraction = ''] = /^(\d{4,}-\d\d-\d\d) (\d\d:\d\d:\d\d)(?:\.(\d+))?\+00$/.exec(text) ?? []
  return date === undefined ? text : `${date}T${time}.${fraction.padEnd(6, '0')}Z`
}

/** A parameter as pg-protocol writes it: text, bytes or null. Objects become JSON, arrays PostgreSQL arrays. */
export function toParameter(value: unknown): string | Buffer | null {
  if (value === null || value === undefined) return null
  if (typeof value === 'string') return value
  if (Buffer.isBuffer(value)) return value
  if (value instanceof Uint8Array) return Buffer.from(value)
  if (value instanceof Date) return value.toISOString()
  if (Array.isArray(value)) return arrayLiteral(value)
  if (typeof value === 'object') return JSON.stringify(value)
  if (typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint') return String(value)
  throw new TypeError(`A ${typeof value} cannot be a parameter`)
}

/** PostgreSQL's array literal, every element quoted. */
function arrayLiteral(values: readonly unknown[]): string {
  const elements = values.map((value) => {
    if (Array.isArray(value)) return arrayLiteral(value)
    const text = toParameter(value)
    if (text === null) return 'NULL'
    const plain = Buffer.isBuffer(text) ? `\\x${text.toString('hex')}` : text
    return `"${plain.replace(/["\\]/g, '\\$&')}"`
  })
  return `{${elements.join(',')}}`
}
