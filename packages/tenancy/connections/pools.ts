/** Connections: one bounded pool for each database of the cluster, opened at its first use and closed when long idle. */
import pg from 'pg'
import { urlOf } from './deployment.ts'
import { tenancyErrors } from './errors.ts'
import { ConnectionLost, isDoubtful } from './wire.ts'

/** A connection that is lent. It goes back to its pool, unless something left it in doubt: then it is destroyed. */
export interface Loan {
  readonly client: pg.PoolClient
  /** Says that it must not be used by anybody else. */
  doubt(): void
  giveBack(): void
}

export interface Pools {
  /** @throws tenancy.database_unavailable when none can be had in time. */
  borrow(databaseName: string): Promise<Loan>
  /**
   * Lends a connection to `work`.
   *
   * @throws tenancy.database_unavailable when none can be had in time, or when it is lost
   */
  lend<T>(databaseName: string, work: (client: pg.PoolClient, doubt: () => void) => Promise<T>): Promise<T>
  stop(): Promise<void>
}

export interface PoolOptions {
  /** The application's URL; the database in it is replaced by each pool's own. */
  readonly url: string
  /** Connections to a database, at most. */
  readonly maxConnections: number | ((databaseName: string) => number)
  /** How long a call may wait for one. */
  readonly acquireTimeoutMs: number
  /** Refuses a database in which the application's role could escape the policies; asked once for each pool. */
  readonly verify: (client: pg.ClientBase) => Promise<void>
}

/**
 * Over this many databases the pool that was used longest ago is closed for the next. With 16 connections to the two
 * databases that all share and 4 to each other one this is at most 144: PostgreSQL's own limit must be higher.
 */
const maxPools = 30

interface DatabasePool {
  readonly pool: pg.Pool
  /** True once it is; a promise while it is being asked. */
  verified: Promise<boolean> | boolean
}

export function createPools(options: PoolOptions): Pools {
  const pools = new Map<string, DatabasePool>()

  function poolOf(databaseName: string): DatabasePool {
    const known = pools.get(databaseName)
    pools.delete(databaseName)
    const entry = known ?? { pool: open(databaseName), verified: false }
    pools.set(databaseName, entry)
    if (pools.size > maxPools) closeOldest()
    return entry
  }

  function open(databaseName: string): pg.Pool {
    const pool = new pg.Pool({
      connectionString: urlOf(options.url, databaseName),
      max: typeof options.maxConnections === 'number' ? options.maxConnections : options.maxConnections(databaseName),
      connectionTimeoutMillis: options.acquireTimeoutMs,
      idleTimeoutMillis: 60_000,
      application_name: 'rowhouse',
    })
    // An idle connection that dies is not an error of anybody's call; the next call opens another.
    pool.on('error', () => {})
    // One that dies while it is lent shows at its next statement; unheard, the event would end the process.
    pool.on('connect', (client) => client.on('error', () => {}))
    return pool
  }

  function closeOldest(): void {
    const [name, { pool }] = pools.entries().next().value!
    pools.delete(name)
    void pool.end()
  }

  async function connect(databaseName: string): Promise<pg.PoolClient> {
    const entry = poolOf(databaseName)
    const client = await entry.pool.connect().catch((cause: unknown) => {
      if (cause instanceof pg.DatabaseError && unknownLogin.has(cause.code ?? '')) throw notPrepared(cause)
      throw tenancyErrors.databaseUnavailable({ operator: `No connection to ${databaseName}: ${String(cause)}`, cause })
    })
    try {
      if (entry.verified !== true) {
        entry.verified ||= options.verify(client).then(() => true)
        entry.verified = await entry.verified
      }
      return client
    } catch (error) {
      entry.verified = false
      client.release(true)
      throw isConnectionError(error) ? tenancyErrors.databaseUnavailable({ cause: error }) : error
    }
  }

  async function borrow(databaseName: string): Promise<Loan> {
    const client = await connect(databaseName)
    let doubtful = false
    return {
      client,
      doubt: () => void (doubtful = true),
      giveBack: () => client.release(doubtful || isDoubtful(client)),
    }
  }

  return {
    borrow,
    async lend(databaseName, work) {
      const { client, doubt, giveBack } = await borrow(databaseName)
      try {
        return await work(client, doubt)
      } catch (error) {
        if (!isConnectionError(error)) throw error
        doubt()
        throw tenancyErrors.databaseUnavailable({ cause: error })
      } finally {
        giveBack()
      }
    },
    async stop() {
      await Promise.all([...pools.values()].map(({ pool }) => pool.end()))
      pools.clear()
    },
  }
}

/** No such role, a wrong password, no such database. */
const unknownLogin = new Set(['28000', '28P01', '3D000'])

const notPrepared = (cause: Error) =>
  tenancyErrors.notPrepared({
    operator: `PostgreSQL says: ${cause.message}. If it is not prepared yet, run \`rowhouse migrate run\` with DATABASE_ADMIN_URL; if it is, correct the URL.`,
    cause,
  })

/** The connection is gone or going: lost, shut down (class 57P) or broken (class 08). */
export function isConnectionError(error: unknown): boolean {
  if (error instanceof pg.DatabaseError) return /^(57P|08)/.test(error.code ?? '')
  return error instanceof ConnectionLost
}
