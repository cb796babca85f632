import { createHash } from 'node:crypto'
import { admit } from './admission.ts'
import type { Statement } from './wire.ts'

/** A statement's text, admitted, with the name under which connections keep it parsed. */
export interface KnownStatement {
  readonly text: string
  readonly name: string
  /** Its connection must be destroyed afterwards. */
  readonly doubtful: boolean
  /** It certainly changes nothing. */
  readonly reads: boolean
}

export interface Statements {
  /** @throws tenancy.statement_refused */
  know(text: string): KnownStatement
}

/** More distinct texts than this are a sign of values pasted into SQL; the oldest are forgotten. */
const maxKnown = 2_000

/** One for a process: texts are admitted and named once. */
export function createStatements(): Statements {
  const known = new Map<string, KnownStatement>()
  return {
    know(text) {
      const found = known.get(text)
      if (found) return found
      const statement = { text, name: nameOf(text), ...admit(text) }
      known.set(text, statement)
      if (known.size > maxKnown) known.delete(known.keys().next().value!)
      return statement
    },
  }
}

/** Made of the text alone, so that two doors on one connection cannot mean different things by one name. */
const nameOf = (text: string) => `rh_${createHash('sha256').update(text).digest('base64url').slice(0, 20)}`

/** A statement that is not worth a name. */
export const once = (text: string, values: readonly unknown[] = []): Statement => ({ text, name: '', values })

export const begin: Statement = { text: 'begin', name: 'rh_begin', values: [] }
export const commit: Statement = { text: 'commit', name: 'rh_commit', values: [] }
export const rollback: Statement = { text: 'rollback', name: 'rh_rollback', values: [] }

/**
 * For sessions that others have used before. They have no names: behind those of a pooler somebody may have put something
 * else, and these are what finds that out.
 */
export const beginAfresh = once('begin isolation level read committed, read write')
export const reset = 'rowhouse.reset_session()'
export const resetSession = once(calling(reset))

/** Functions that answer no null, one after the other. Answers no row: one message less each way. */
export function calling(...calls: readonly string[]): string {
  return `select 1 where ${calls.map((call) => `${call} is null`).join(' or ')}`
}

/** The place of all that has been committed, on a primary; for the end of a transaction. */
export const position = (tenantId: string, proof: Buffer): Statement => ({
  text: 'select timeline, lsn from rowhouse.position($1, $2)',
  name: 'rh_position',
  values: [tenantId, proof],
})

/** The place of all that could be seen, on a standby. */
export const seen = (tenantId: string, proof: Buffer): Statement => ({
  text: 'select rowhouse.seen($1, $2) as seen',
  name: 'rh_seen',
  values: [tenantId, proof],
})
