/** The connections of one database: bounded, lent to tenants fairly, replaced when they break and closed when long idle. */
import { isError, type RowhouseError } from '@rowhouse/kernel'
import type pg from 'pg'
import { tenancyErrors } from '../errors.ts'
import { isDoubtful } from '../session.ts'
import { createLine, type Line } from './line.ts'
import { createPatience } from './patience.ts'
import { createShares } from './shares.ts'
import { createTally, type PoolLabels, type PoolState } from './state.ts'
import type { Member, Total } from './total.ts'

export interface Pool extends Member {
  /** A promise only when the call has to wait: the way of every statement is free of it. */
  take(tenantId: string | undefined): Connection | Promise<Connection>
  giveBack(connection: Connection): void
  /** Closes what has been idle for long. */
  closeIdleSince(timeMs: number): void
  state(): PoolState
  /** Nobody gets one any more. Resolves when the last is back and closed. */
  stop(): Promise<void>
}

export interface Connection {
  readonly client: pg.Client
  /** Must not be used by anybody else: closed when it comes back. */
  doubtful: boolean
  /** Broken, or being closed. */
  leaving: boolean
  farewell: NodeJS.Timeout | undefined
  /** Whose call has it; undefined is the platform's own. */
  tenantId: string | undefined
  readonly openedAtMs: number
  usedAtMs: number
}

export interface PoolOptions {
  readonly labels: PoolLabels
  readonly maxConnections: number
  /** Connections that one tenant may have at a time. */
  readonly maxPerTenant: number
  /** Calls that may wait. */
  readonly maxWaiting: number
  /** How long a call may wait. */
  readonly acquireTimeoutMs: number
  readonly total: Total
  /** Opens one. @throws tenancy.database_unavailable when it may work later, anything else when it will not */
  readonly connect: () => Promise<pg.Client>
}

/** A server that does not hear a farewell is not waited for. */
const closeTimeoutMs = 2_000

export function createPool(options: PoolOptions): Pool {
  const { labels, maxConnections, acquireTimeoutMs, total } = options
  /** The most recently used last. */
  const idle: Connection[] = []
  const shares = createShares(options.maxPerTenant)
  const patience = createPatience(serve)
  const tally = createTally(labels)
  let open = 0
  let opening = 0
  let lent = 0
  let usedAtMs = performance.now()
  let stopped: PromiseWithResolvers<void> | undefined

  const line: Line<Connection> = createLine({
    maxWaiting: options.maxWaiting,
    timeoutMs: acquireTimeoutMs,
    refusal(reason) {
      tally.add(reason === 'full' ? 'refused' : 'timedOut')
      if (reason === 'late') tally.waited(acquireTimeoutMs)
      if (patience.refusal) return unavailable(patience.refusal)
      const what = reason === 'full' ? 'too many calls wait' : `none was free for ${acquireTimeoutMs} ms`
      return tenancyErrors.poolExhausted({
        operator: `No connection to ${labels.database}: ${what} (${lent} of ${maxConnections} lent, ${opening} being opened, ${line.length} waiting, ${total.taken} of ${total.max} open over all databases).`,
      })
    },
  })

  function lend(connection: Connection, tenantId: string | undefined): Connection {
    lent += 1
    tally.counts.lent += 1
    connection.tenantId = tenantId
    shares.lend(tenantId)
    return connection
  }

  /** Whoever may have one of the idle gets it; for the others connections are opened, if they may be. */
  function serve(): void {
    if (line.length === 0) return
    while (idle.length > 0) {
      const call = line.next(shares.roomOf)
      if (!call) return
      tally.waited(performance.now() - call.sinceMs)
      call.resolve(lend(idle.pop()!, call.tenantId))
    }
    while (mayOpen() && line.demand(shares.roomOf, opening + 1) > opening && total.take(pool)) void openOne()
  }

  const mayOpen = () => open < maxConnections && opening < patience.maxOpening && !stopped

  async function openOne(): Promise<void> {
    open += 1
    opening += 1
    const client = await options.connect().catch((error: Error) => {
      opening -= 1
      tally.add('connectFailures')
      // Before its place is free: else the same would be tried again at once.
      if (isError(error, tenancyErrors.databaseUnavailable)) patience.refused(error)
      else {
        patience.taken()
        line.refuseAll(error)
      }
      total.leaving()
      gone()
    })
    if (!client) return
    opening -= 1
    patience.taken()
    adopt(client)
  }

  function adopt(client: pg.Client): void {
    const openedAtMs = performance.now()
    const connection: Connection = {
      client,
      doubtful: false,
      leaving: false,
      farewell: undefined,
      tenantId: undefined,
      openedAtMs,
      usedAtMs: openedAtMs,
    }
    // Idle, its death is not an error of anybody's call; lent, it shows at the next statement.
    client.on('error', () => close(connection))
    client.once('end', () => {
      close(connection)
      clearTimeout(connection.farewell)
      gone()
    })
    keep(connection)
  }

  function keep(connection: Connection): void {
    if (stopped || total.claims(pool, connection.usedAtMs - connection.openedAtMs)) return close(connection)
    idle.push(connection)
    serve()
  }

  function close(connection: Connection): void {
    if (connection.leaving) return
    connection.leaving = true
    total.leaving()
    const at = idle.indexOf(connection)
    if (at >= 0) idle.splice(at, 1)
    void connection.client.end()
    connection.farewell = setTimeout(() => connection.client.connection.stream.destroy(), closeTimeoutMs)
  }

  /** One less; who waits for its place, here or in another pool, has it. */
  function gone(): void {
    open -= 1
    total.left()
    serve()
    if (open === 0) stopped?.resolve()
  }

  const pool: Pool = {
    get size() {
      return open
    },
    get idle() {
      return idle.length
    },
    get waiting() {
      return line.length
    },
    get usedAtMs() {
      return usedAtMs
    },

    take(tenantId) {
      if (idle.length > 0 && shares.roomOf(tenantId) > 0) return lend(idle.pop()!, tenantId)
      if (stopped) return Promise.reject(tenancyErrors.databaseUnavailable({ operator: 'The node is being stopped.' }))
      usedAtMs = performance.now()
      const call = line.join(tenantId)
      serve()
      return call
    },

    giveBack(connection) {
      const { client, tenantId } = connection
      lent -= 1
      shares.giveBack(tenantId)
      usedAtMs = connection.usedAtMs = performance.now()
      if (connection.doubtful || isDoubtful(client)) {
        tally.add('doubted')
        close(connection)
      } else if (!connection.leaving) keep(connection)
      // Its tenant may have another now.
      if (line.length > 0) serve()
    },

    serve,
    closeIdle: () => idle[0] && close(idle[0]),
    closeIdleSince(timeMs) {
      while (idle[0] && idle[0].usedAtMs < timeMs) close(idle[0])
    },

    state: () => ({
      ...labels,
      size: maxConnections,
      open,
      idle: idle.length,
      lent,
      waiting: line.length,
      counts: { ...tally.counts, longestWaitMs: Math.round(tally.counts.longestWaitMs * 10) / 10 },
    }),

    async stop() {
      stopped ??= Promise.withResolvers<void>()
      patience.stop()
      line.refuseAll(tenancyErrors.databaseUnavailable({ operator: 'The node is being stopped.' }))
      pool.closeIdleSince(Infinity)
      if (open === 0) stopped.resolve()
      await stopped.promise
    },
  }
  return pool
}

const unavailable = (error: RowhouseError) =>
  tenancyErrors.databaseUnavailable({ ...(error.operator && { operator: error.operator }), cause: error })
