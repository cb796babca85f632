/** What came back from one statement, and what of it belongs to somebody else. */
import { RowhouseError } from '@rowhouse/kernel'
import { canaryPattern } from './rows.ts'
import type { Resident, World } from './world.ts'

export interface Outcome {
  readonly statement: string
  /** SQLSTATE, a code of our own catalogue, or '' when it succeeded. */
  readonly code: string
  readonly command: string
  readonly rowCount: number
  readonly rows: readonly unknown[]
  /** The error with all its fields. */
  readonly error: string
  /** Everything that could be seen: rows, error, notices. */
  readonly seen: string
}

export const succeeded = (outcome: Outcome) => outcome.code === ''

interface Result {
  readonly command: string
  readonly rowCount: number | null
  readonly rows: readonly unknown[]
  readonly fields?: readonly { readonly name: string }[]
}

export const outcomeOf = (statement: string, result: Result | readonly Result[]): Outcome => {
  const { command, rowCount, rows } = Array.isArray(result) ? (result.at(-1) as Result) : (result as Result)
  return { statement, code: '', command, rowCount: rowCount ?? 0, rows, error: '', seen: textOf(seenOf(result)) }
}

/** pg's results carry the driver's own tables beside the rows. */
const seenOf = (result: Result | readonly Result[]): unknown =>
  Array.isArray(result)
    ? result.map(seenOf)
    : { rows: (result as Result).rows, fields: (result as Result).fields?.map(({ name }) => name) }

export function failureOf(statement: string, error: unknown): Outcome {
  const { code } = error as { code?: unknown }
  const text = textOf(describe(error))
  return {
    statement,
    code: typeof code === 'string' ? code : 'failed',
    command: '',
    rowCount: 0,
    rows: [],
    error: text,
    seen: text,
  }
}

/** Every field of an error, down its causes; positions and file names are the server's own source. */
function describe(error: unknown): unknown {
  if (!(error instanceof Error)) return error
  const own = Object.fromEntries(Object.entries(error).filter(([name]) => !/^(file|line|routine|length)$/.test(name)))
  if (error instanceof RowhouseError) delete own['definition']
  return { ...own, message: error.message, cause: error.cause === undefined ? undefined : describe(error.cause) }
}

/** Bytes both as text and as digits, so that a canary in them is found. */
const textOf = (value: unknown): string =>
  JSON.stringify(value, (_, inner: unknown) => {
    if (typeof inner === 'bigint') return String(inner)
    if (typeof inner !== 'object' || inner === null || !('type' in inner) || inner.type !== 'Buffer') return inner
    return Buffer.from((inner as unknown as { data: number[] }).data).toString('latin1')
  }) ?? ''

const idPattern = /[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}/gi

/** Knows every tenant's canary and ids; finds those of others in a text. */
export function createLookout({ residents, keys }: World) {
  const ownerOf = new Map<string, Resident>()
  for (const resident of residents) {
    ownerOf.set(resident.canary, resident).set(plain(resident.id), resident)
    for (const rows of Object.values(resident.rows)) {
      for (const { id } of rows) ownerOf.set(plain(String(id)), resident)
    }
  }
  /** `given` is what the attacker had said itself: an id in it may come back. A canary is never given. */
  return (text: string, attacker: Resident, given: string): string | undefined => {
    for (const [word] of text.matchAll(canaryPattern)) {
      if (word.toLowerCase() !== attacker.canary) return word
    }
    for (const [word] of text.matchAll(idPattern)) {
      const owner = ownerOf.get(plain(word))
      if (owner && owner !== attacker && !plain(given).includes(plain(word))) return word
    }
    // The door's own keys are nobody's to see, the attacker's own among them.
    return text.length > 64 ? keys.find((key) => text.includes(key)) : undefined
  }
}

const plain = (text: string) => text.toLowerCase().replaceAll('-', '')
