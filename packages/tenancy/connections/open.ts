import type { Socket } from 'node:net'
import pg from 'pg'
import { tenancyErrors } from '../errors.ts'
import { sessionOf } from '../session.ts'
import type { DatabaseError } from '../wire.ts'
import { placeOf } from './address.ts'
import { reasonOf } from './lost.ts'

/** PostgreSQL ends a statement after 30 s (prepare.ts): whoever hears nothing for longer has lost the server. */
const answerTimeoutMs = 35_000

/**
 * A connection to one host; nothing is known of it yet. It has no name of its own (application_name): behind a pooler that is
 * a setting of somebody else's session.
 *
 * @throws tenancy.database_unavailable, tenancy.not_prepared
 */
export async function openConnection(url: string, timeoutMs: number): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: timeoutMs, keepAlive: true })
  // One that dies shows at its next statement; unheard, the event would end the process.
  client.on('error', () => {})
  await client.connect().catch((cause: unknown) => {
    void client.end().catch(() => {})
    if (cause instanceof pg.DatabaseError && unknownLogin.has(cause.code ?? '')) throw notPrepared(cause)
    throw tenancyErrors.databaseUnavailable({ operator: `No connection to ${placeOf(url)}: ${reasonOf(cause)}`, cause })
  })
  const stream = client.connection.stream as Socket
  stream.setTimeout(answerTimeoutMs, () => {
    if (sessionOf(client).waiting) stream.destroy(new Error(`no answer for ${answerTimeoutMs} ms`))
  })
  return client
}

/** No such role, a wrong password, no such database. */
const unknownLogin = new Set(['28000', '28P01', '3D000'])

const notPrepared = (cause: DatabaseError) =>
  tenancyErrors.notPrepared({
    operator: `PostgreSQL says: ${cause.message}. If it is not prepared yet, run \`rowhouse migrate run\` with DATABASE_ADMIN_URL; if it is, correct the URL.`,
    cause,
  })
