import { ConnectionLost, DatabaseError } from '../wire.ts'

/** The connection is gone or going: lost, shut down (class 57P), broken (class 08), or ended for its idleness (25P03, 25P04). */
export function isConnectionError(error: unknown): boolean {
  if (error instanceof DatabaseError) return /^(57P|08|25P0[34])/.test(error.code ?? '')
  return error instanceof ConnectionLost
}

/** An AggregateError of all addresses of a name has no message. */
export function reasonOf(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause)
  return cause.message || String('code' in cause ? cause.code : cause.name)
}
