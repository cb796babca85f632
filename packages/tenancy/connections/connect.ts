/** Opens connections: finds the server that is meant among the hosts of a URL, and learns what stands between. */
import { randomBytes } from 'node:crypto'
import pg from 'pg'
import { tenancyErrors } from '../errors.ts'
import { sessionOf } from '../session.ts'
import { once } from '../statements.ts'
import { DatabaseError, fly } from '../wire.ts'
import { firstAvailable, hostUrls, placeOf, urlOf } from './address.ts'
import { noTransactions } from '../verify.ts'
import { isConnectionError, reasonOf } from './lost.ts'

export interface ConnectOptions {
  /** A role's URL, with one host or several; the database in it is replaced. */
  readonly url: string
  /** How long it may take, over all hosts. */
  readonly timeoutMs?: number
  /** Refuses a database in which the role could escape the policies; asked once for each database and host. */
  readonly verify: (client: pg.ClientBase) => Promise<void>
  /** A standby is meant; without it the primary. */
  readonly standby?: boolean
}

/**
 * One connection to a database, ready for the door.
 *
 * @throws tenancy.database_unavailable when it may work later, also when the server is not the one that is meant;
 * tenancy.not_prepared, and what `verify` throws
 */
export type Connect = (databaseName: string) => Promise<pg.Client>

export function connectAs({ url, verify, timeoutMs = 2_000, standby = false }: ConnectOptions): Connect {
  const hosts = hostUrls(url)
  const verified = new Set<string>()
  let last = 0
  /** The highest that was seen: a primary of a lower one has been replaced, and may not know it yet. */
  let timeline = 0

  async function open(hostUrl: string, databaseName: string): Promise<pg.Client> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await openOnce(hostUrl, databaseName)
      } catch (error) {
        if (!isSpoilt(error)) throw error
        if (attempt === maxSpoilt) throw tenancyErrors.databaseUnavailable({ cause: error })
      }
    }
  }

  async function openOnce(hostUrl: string, databaseName: string): Promise<pg.Client> {
    const url = urlOf(hostUrl, databaseName)
    const client = await connectTo(url, timeoutMs / hosts.length)
    try {
      const greeting = await greet(client).catch(async (error: unknown) => {
        if (isConnectionError(error) && (await hangsUpOnTransactions(url))) throw noTransactions(error)
        if (error instanceof DatabaseError && !isSpoilt(error)) await verify(client)
        throw error
      })
      expectServer(greeting, hostUrl)
      if (!verified.has(url)) await verify(client)
      verified.add(url)
      return client
    } catch (error) {
      client.connection.stream.destroy()
      if (isSpoilt(error)) throw error
      throw isConnectionError(error) ? tenancyErrors.databaseUnavailable({ cause: error }) : error
    }
  }

  /** As PgBouncer does in statement mode. */
  async function hangsUpOnTransactions(url: string): Promise<boolean> {
    const client = await connectTo(url, timeoutMs)
    try {
      await fly(client, [once('select 1')])
      return await fly(client, [once('begin')])
        .then(() => fly(client, [once('select 1')]))
        .then(() => false, isConnectionError)
    } finally {
      client.connection.stream.destroy()
    }
  }

  function expectServer(server: Greeting, hostUrl: string): void {
    if (server.inRecovery !== standby) {
      const operator = `${placeOf(hostUrl)} is ${server.inRecovery ? 'a standby' : 'no standby'}`
      throw tenancyErrors.databaseUnavailable({ operator })
    }
    if (server.timeline === null) return
    if (server.timeline < timeline) {
      throw tenancyErrors.databaseUnavailable({
        operator: `${placeOf(hostUrl)} is a primary of timeline ${server.timeline}, and another has been promoted to ${timeline} since: shut it down`,
      })
    }
    timeline = server.timeline
  }

  return async (databaseName) => {
    const { opened, at } = await firstAvailable(hosts, last, (hostUrl) => open(hostUrl, databaseName))
    last = at
    return opened
  }
}

/** Without a name of its own (application_name): behind a pooler that is a setting of somebody else's session. */
async function connectTo(url: string, timeoutMs: number): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: timeoutMs })
  // One that dies shows at its next statement; unheard, the event would end the process.
  client.on('error', () => {})
  await client.connect().catch((cause: unknown) => {
    void client.end().catch(() => {})
    if (cause instanceof pg.DatabaseError && unknownLogin.has(cause.code ?? '')) throw notPrepared(cause)
    throw tenancyErrors.databaseUnavailable({ operator: `No connection to ${placeOf(url)}: ${reasonOf(cause)}`, cause })
  })
  return client
}

interface Greeting {
  readonly backendPid: number
  readonly namePassed: boolean
  readonly inRecovery: boolean
  readonly timeline: number | null
}

/**
 * Asks the server what it is, and notes what that means for the session. By a named statement, since names are in question;
 * in a transaction, so that a pooler closes the session when somebody has put something else behind its name for it.
 */
async function greet(client: pg.Client): Promise<Greeting> {
  const name = `rh_greeting_${randomBytes(8).toString('hex')}`
  const text = 'select backend_pid, name_passed, in_recovery, timeline from rowhouse.greeting($1)'
  await fly(client, [once('begin')])
  const { rows } = await fly(client, [{ text, name, values: [name], fleeting: true }])
  const greeting = rows[0] as unknown as Greeting | undefined
  if (greeting?.backendPid === undefined) throw new SpoiltSession()
  await fly(client, [once('rollback')])
  const session = sessionOf(client)
  const { processID } = client as unknown as { readonly processID: number }
  session.pooled = greeting.backendPid !== processID
  session.named = !session.pooled || !greeting.namePassed
  return greeting
}

/** Something else stands behind the name that the pooler gave to the greeting. */
class SpoiltSession extends Error {}

/** Each try closes one. */
const maxSpoilt = 8
/** It is there and should not be, it is not there, it takes other parameters; or somebody's timeout came before ours. */
const spoilt = new Set(['42P05', '26000', '08P01', '57014'])

const isSpoilt = (error: unknown) =>
  error instanceof SpoiltSession || (error instanceof DatabaseError && spoilt.has(error.code ?? ''))

/** No such role, a wrong password, no such database. */
const unknownLogin = new Set(['28000', '28P01', '3D000'])

const notPrepared = (cause: DatabaseError) =>
  tenancyErrors.notPrepared({
    operator: `PostgreSQL says: ${cause.message}. If it is not prepared yet, run \`rowhouse migrate run\` with DATABASE_ADMIN_URL; if it is, correct the URL.`,
    cause,
  })
