/**
 * What travels ahead of a tenant's first statement; and what becomes of it in a session that a pooler lends to many, where
 * others may have left settings, prepared statements or a transaction's defaults.
 *
 * Settings are put back by the statement that enters. What cannot be put back inside a transaction keeps the tenant out, before
 * anything has been done; then a transaction that says itself what it is tries again, and where it is kept out as well its
 * connection is broken off: a pooler closes the session of a client that leaves in the middle of a transaction.
 */
import type pg from 'pg'
import { type Session, sessionOf } from './session.ts'
import { begin, beginAfresh, calling, once, reset } from './statements.ts'
import { DatabaseError, failedAt, type Statement } from './wire.ts'

const enter = entry('rh_enter', 'rowhouse.enter($1, $2)')
const enterReplica = entry('rh_enter_replica', 'rowhouse.enter_replica($1, $2, $3)')

export const entering = (client: pg.ClientBase, tenantId: string, proof: Buffer): Statement =>
  enter(sessionOf(client), [tenantId, proof])

/** On a standby that has replayed what is before `after`. */
export const enteringReplica = (client: pg.ClientBase, tenantId: string, proof: Buffer, after: string): Statement =>
  enterReplica(sessionOf(client), [tenantId, proof, after])

/** With the beginning of a transaction. */
export const beginning = (client: pg.ClientBase, tenantId: string, proof: Buffer): Statement[] => [
  sessionOf(client).pooled ? beginAfresh : begin,
  entering(client, tenantId, proof),
]

/** In a session that others have used, the same statement makes it as if nobody had. */
function entry(name: string, call: string) {
  const afterReset = [reset, call]
  const own = calling(call)
  const shared = calling(...afterReset)
  const sharedWithNames = calling(...afterReset, 'rowhouse.expect_nothing_prepared()')
  return ({ pooled, named }: Session, values: readonly unknown[]): Statement =>
    pooled ? once(named ? sharedWithNames : shared, values) : { text: own, name, values }
}

/** Without its name: what stands behind that in a session of a pooler, if anything does, is not known before it is looked for. */
export const plain = (client: pg.ClientBase, statement: Statement): Statement =>
  sessionOf(client).pooled ? once(statement.text, statement.values) : statement

/** Something that somebody left in the server's session keeps the tenant out. */
export class LeftBehind extends Error {
  constructor(cause: DatabaseError) {
    super(`Somebody left something in the session: ${cause.message}`, { cause })
  }
}

export function isLeftBehind(client: pg.ClientBase, error: unknown): error is DatabaseError {
  if (!(error instanceof DatabaseError) || !sessionOf(client).pooled) return false
  if (error.code === queryCanceled) return isAhead(failedAt(error))
  return leftBehind.has(error.code ?? '')
}

const leftBehind = new Set([
  // Of the door: the isolation level, and statements that SQL has prepared.
  'RH003',
  'RH006',
  // default_transaction_read_only
  '25006',
  // A prepared statement is there that should not be, or is not there that should be.
  '42P05',
  '26000',
])

/** By a statement_timeout of somebody else's, when it is before the tenant's own statement. */
const queryCanceled = '57014'
const isAhead = (statement: Statement | undefined) =>
  statement === beginAfresh || statement?.text.includes(reset) === true
