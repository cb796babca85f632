/** Connections: one bounded pool for each database of the cluster, opened at its first use and closed when long idle. */
import pg from 'pg'
import { urlOf } from './deployment.ts'
import { tenancyErrors } from './errors.ts'
import { ConnectionLost, isDoubtful } from './wire.ts'

export interface Pools {
  /**
   * Lends a connection to `work`. It goes back to its pool afterwards, unless something left it in doubt: then it is
   * destroyed. `work` tells so by calling `doubt`; a lost connection tells so itself.
   *
   * @throws tenancy.database_unavailable when none can be had in time.
   */
  lend<T>(databaseName: string, work: (client: pg.PoolClient, doubt: () => void) => Promise<T>): Promise<T>
  stop(): Promise<void>
}

export interface PoolOptions {
  /** The application's URL; the database in it is replaced by each pool's own. */
  readonly url: string
  /** Connections per database. */
  readonly maxConnections: number
  /** How long a call may wait for one. */
  readonly acquireTimeoutMs: number
  /** Refuses a database in which the application's role could escape the policies; asked once for each pool. */
  readonly verify: (client: pg.ClientBase) => Promise<void>
}

/** Over this many databases the pool that was used longest ago is closed for the next. */
const maxPools = 100

interface DatabasePool {
  readonly pool: pg.Pool
  verified: Promise<void> | undefined
}

export function createPools(options: PoolOptions): Pools {
  const pools = new Map<string, DatabasePool>()

  function poolOf(databaseName: string): DatabasePool {
    const known = pools.get(databaseName)
    pools.delete(databaseName)
    const entry = known ?? { pool: open(databaseName), verified: undefined }
    pools.set(databaseName, entry)
    if (pools.size > maxPools) closeOldest()
    return entry
  }

  function open(databaseName: string): pg.Pool {
    const pool = new pg.Pool({
      connectionString: urlOf(options.url, databaseName),
      max: options.maxConnections,
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
      throw tenancyErrors.databaseUnavailable({ operator: `No connection to ${databaseName}: ${String(cause)}`, cause })
    })
    try {
      await (entry.verified ??= options.verify(client))
      return client
    } catch (error) {
      entry.verified = undefined
      client.release(true)
      throw isConnectionError(error) ? tenancyErrors.databaseUnavailable({ cause: error }) : error
    }
  }

  return {
    async lend(databaseName, work) {
      const client = await connect(databaseName)
      let doubtful = false
      try {
        return await work(client, () => (doubtful = true))
      } catch (error) {
        if (!isConnectionError(error)) throw error
        doubtful = true
        throw tenancyErrors.databaseUnavailable({ cause: error })
      } finally {
        client.release(doubtful || isDoubtful(client))
      }
    },
    async stop() {
      await Promise.all([...pools.values()].map(({ pool }) => pool.end()))
      pools.clear()
    },
  }
}

/** The connection is gone or going: lost, shut down (class 57P) or broken (class 08). */
export function isConnectionError(error: unknown): boolean {
  if (error instanceof pg.DatabaseError) return /^(57P|08)/.test(error.code ?? '')
  return error instanceof ConnectionLost
}
