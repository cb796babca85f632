/** Asks a server what it is, and what stands between. */
import { randomBytes } from 'node:crypto'
import type pg from 'pg'
import { sessionOf } from '../session.ts'
import { once } from '../statements.ts'
import { DatabaseError, fly } from '../wire.ts'
import { isConnectionError } from './lost.ts'
import { openConnection } from './open.ts'

export interface Greeting {
  readonly backendPid: number
  readonly namePassed: boolean
  readonly inRecovery: boolean
  /** Null in recovery. */
  readonly timeline: number | null
}

/**
 * Notes what the answer means for the session. By a named statement, since names are in question; in a transaction, so that
 * a pooler closes the session when somebody has put something else behind its name for it.
 */
export async function greet(client: pg.Client): Promise<Greeting> {
  const name = `rh_greeting_${randomBytes(8).toString('hex')}`
  const text = 'select backend_pid, name_passed, in_recovery, timeline from rowhouse.greeting($1)'
  const { rows } = await fly(client, [once('begin'), { text, name, values: [name], fleeting: true }])
  const greeting = rows[0] as unknown as Greeting | undefined
  if (greeting?.backendPid === undefined) throw new SpoiltSession()
  await fly(client, [once('rollback')])
  const session = sessionOf(client)
  const { processID } = client as unknown as { readonly processID: number }
  session.pooled = greeting.backendPid !== processID
  session.named = !session.pooled || !greeting.namePassed
  return greeting
}

/** As PgBouncer does in statement mode. */
export async function hangsUpOnTransactions(url: string, timeoutMs: number): Promise<boolean> {
  const client = await openConnection(url, timeoutMs)
  try {
    await fly(client, [once('select 1')])
    return await fly(client, [once('begin')])
      .then(() => fly(client, [once('select 1')]))
      .then(() => false, isConnectionError)
  } finally {
    client.connection.stream.destroy()
  }
}

/** Something else stands behind the name that the pooler gave to the greeting. */
class SpoiltSession extends Error {}

/** It is there and should not be, it is not there, it takes other parameters; or somebody's timeout came before ours. */
const spoilt = new Set(['42P05', '26000', '08P01', '57014'])

/** Another session may do. */
export const isSpoilt = (error: unknown): boolean =>
  error instanceof SpoiltSession || (error instanceof DatabaseError && spoilt.has(error.code ?? ''))
