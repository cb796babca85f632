/** Connections: one bounded pool for each database, opened at its first use and gone when long idle. */
import { setInterval } from 'node:timers'
import type pg from 'pg'
import { tenancyErrors } from '../errors.ts'
import type { Connect } from './connect.ts'
import { isConnectionError } from './lost.ts'
import { createPool, type Pool } from './pool.ts'
import type { PoolKind, PoolRole, PoolState } from './state.ts'
import { createTotal, type Total } from './total.ts'

/** A connection that is lent. It goes back to its pool, unless something left it in doubt: then it is destroyed. */
export interface Loan {
  readonly client: pg.Client
  /** Says that it must not be used by anybody else. */
  doubt(): void
  giveBack(): void
}

export interface Pools {
  /**
   * @param tenantId whose share of the pool it counts against; undefined is the platform's own call, which has no bound
   * @throws tenancy.pool_exhausted when too many wait or none is free in time; tenancy.database_unavailable when the server
   * refuses for as long as the call may wait; at once what says that it will go on refusing: tenancy.not_prepared,
   * tenancy.unsafe_role, tenancy.unsupported_server
   */
  borrow(databaseName: string, tenantId?: string): Promise<Loan>
  /**
   * Lends a connection to `work`.
   *
   * @throws besides what `borrow` throws: tenancy.database_unavailable when it is lost
   */
  lend<T>(
    databaseName: string,
    work: (client: pg.Client, doubt: () => void) => Promise<T>,
    tenantId?: string,
  ): Promise<T>
  list(): PoolState[]
  stop(): Promise<void>
}

export interface PoolsOptions {
  readonly connect: Connect
  /** Connections to a database, at most. */
  readonly maxConnections: number | ((databaseName: string) => number)
  /** The part of a pool that one tenant may have at a time, but always one connection; a dedicated pool has no parts. */
  readonly tenantShare?: number
  readonly kindOf?: (databaseName: string) => PoolKind
  readonly role?: PoolRole
  /** Connections to all databases, shared with other pools of the node; without it there is no such bound. */
  readonly total?: Total
  /** Calls that may wait for a connection to a database. */
  readonly maxWaiting?: number
  /** How long a call may wait for one. */
  readonly acquireTimeoutMs: number
  /** How long a connection may be idle, and then the pool without connections. */
  readonly idleTimeoutMs?: number
}

export function createPools(options: PoolsOptions): Pools {
  const { connect, maxConnections: max, tenantShare = 1, maxWaiting = 1_000, acquireTimeoutMs } = options
  const { kindOf = () => 'shared', role = 'primary', total = createTotal(Infinity), idleTimeoutMs = 60_000 } = options
  const pools = new Map<string, Pool>()
  const sweep = setInterval(closeIdle, idleTimeoutMs / 4).unref()
  const list = () => [...pools.values()].map((pool) => pool.state())
  let stopped = false

  function poolOf(databaseName: string): Pool {
    return pools.get(databaseName) ?? open(databaseName)
  }

  function open(databaseName: string): Pool {
    if (stopped) throw tenancyErrors.databaseUnavailable({ operator: 'The node is being stopped.' })
    const maxConnections = typeof max === 'number' ? max : max(databaseName)
    const kind = kindOf(databaseName)
    const pool = createPool({
      labels: { cluster: 'main', database: databaseName, kind, role },
      maxConnections,
      maxPerTenant: kind === 'dedicated' ? Infinity : Math.max(1, Math.floor(maxConnections * tenantShare)),
      maxWaiting,
      acquireTimeoutMs,
      total,
      connect: () => connect(databaseName),
    })
    pools.set(databaseName, pool)
    total.add(pool)
    return pool
  }

  function closeIdle(): void {
    const longAgoMs = performance.now() - idleTimeoutMs
    for (const [databaseName, pool] of pools) {
      pool.closeIdleSince(longAgoMs)
      if (pool.size > 0 || pool.waiting > 0 || pool.usedAtMs > longAgoMs) continue
      pools.delete(databaseName)
      total.remove(pool)
    }
  }

  return {
    async borrow(databaseName, tenantId) {
      const pool = poolOf(databaseName)
      const connection = await pool.take(tenantId)
      let back = false
      return {
        client: connection.client,
        doubt: () => void (connection.doubtful = true),
        giveBack() {
          if (!back) pool.giveBack(connection)
          back = true
        },
      }
    },

    async lend(databaseName, work, tenantId) {
      const pool = poolOf(databaseName)
      const taken = pool.take(tenantId)
      const connection = taken instanceof Promise ? await taken : taken
      try {
        return await work(connection.client, () => void (connection.doubtful = true))
      } catch (error) {
        if (!isConnectionError(error)) throw error
        connection.doubtful = true
        throw tenancyErrors.databaseUnavailable({ cause: error })
      } finally {
        pool.giveBack(connection)
      }
    },

    list,

    async stop() {
      stopped = true
      clearInterval(sweep)
      await Promise.all([...pools.values()].map((pool) => pool.stop()))
      for (const pool of pools.values()) total.remove(pool)
      pools.clear()
    },
  }
}
