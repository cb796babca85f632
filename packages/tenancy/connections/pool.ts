/** The connections of one database: bounded, lent to tenants fairly, replaced when they break and closed when long idle. */
import { isError, type RowhouseError } from '@rowhouse/kernel'
import type pg from 'pg'
import { tenancyErrors } from '../errors.ts'
import { isDoubtful } from '../wire.ts'
import { createLine, type Line } from './line.ts'
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
  usedAtMs: number
}

export interface PoolState {
  /** Connections, at most. */
  readonly size: number
  /** Connections that there are, among them those being opened and closed. */
  readonly open: number
  readonly idle: number
  readonly lent: number
  /** Calls that wait for one. */
  readonly waiting: number
  /** Since the pool was made. */
  readonly counts: PoolCounts
}

export interface PoolCounts {
  readonly lent: number
  /** Calls that were refused at once, because too many waited. */
  readonly refused: number
  /** Calls that waited in vain. */
  readonly timedOut: number
  /** Connections closed because something had left them in doubt. */
  readonly doubted: number
  readonly connectFailures: number
  readonly longestWaitMs: number
}

export interface PoolOptions {
  readonly databaseName: string
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

/** The server refused: one attempt at a time, this long after the last, twice as long after each. */
const firstPauseMs = 50
const longestPauseMs = 1_000
/** A server that does not hear a farewell is not waited for. */
const closeTimeoutMs = 2_000

export function createPool(options: PoolOptions): Pool {
  const { databaseName, maxConnections, maxPerTenant, total } = options
  /** The most recently used last. */
  const idle: Connection[] = []
  const lentTo = new Map<string, number>()
  const counts = { lent: 0, refused: 0, timedOut: 0, doubted: 0, connectFailures: 0, longestWaitMs: 0 }
  let open = 0
  let opening = 0
  let lent = 0
  let usedAtMs = performance.now()
  let failure: { readonly error: RowhouseError; pauseMs: number; timer?: NodeJS.Timeout } | undefined
  let stopped: PromiseWithResolvers<void> | undefined

  const line: Line<Connection> = createLine({
    maxWaiting: options.maxWaiting,
    timeoutMs: options.acquireTimeoutMs,
    refusal(reason) {
      counts[reason === 'full' ? 'refused' : 'timedOut'] += 1
      if (reason === 'late') counts.longestWaitMs = Math.max(counts.longestWaitMs, options.acquireTimeoutMs)
      if (failure) return unavailable(failure.error)
      const what = reason === 'full' ? 'too many calls wait' : `none was free for ${options.acquireTimeoutMs} ms`
      return tenancyErrors.poolExhausted({
        operator: `No connection to ${databaseName}: ${what} (${lent} of ${maxConnections} lent, ${opening} being opened, ${line.length} waiting, ${total.taken} of ${total.max} open over all databases).`,
      })
    },
  })

  const roomOf = (tenantId: string | undefined) =>
    tenantId === undefined || maxPerTenant >= maxConnections ? Infinity : maxPerTenant - (lentTo.get(tenantId) ?? 0)

  function lend(connection: Connection, tenantId: string | undefined): Connection {
    lent += 1
    counts.lent += 1
    connection.tenantId = tenantId
    if (tenantId !== undefined && maxPerTenant < maxConnections) lentTo.set(tenantId, (lentTo.get(tenantId) ?? 0) + 1)
    return connection
  }

  /** Whoever may have one of the idle gets it; for the others connections are opened, if they may be. */
  function serve(): void {
    if (line.length === 0) return
    while (idle.length > 0) {
      const call = line.next(roomOf)
      if (!call) return
      counts.longestWaitMs = Math.max(counts.longestWaitMs, performance.now() - call.sinceMs)
      call.resolve(lend(idle.pop()!, call.tenantId))
    }
    while (mayOpen() && line.demand(roomOf, opening + 1) > opening && total.take(pool)) void openOne()
  }

  const mayOpen = () => open < maxConnections && !stopped && (!failure || (opening === 0 && !failure.timer))

  async function openOne(): Promise<void> {
    open += 1
    opening += 1
    const client = await options.connect().catch((error: Error) => {
      opening -= 1
      counts.connectFailures += 1
      // Before its place is free: else the same would be tried again at once.
      if (isError(error, tenancyErrors.databaseUnavailable)) pause(error)
      else line.refuseAll(error)
      total.leaving()
      gone()
    })
    if (!client) return
    opening -= 1
    failure = undefined
    adopt(client)
  }

  function adopt(client: pg.Client): void {
    const connection: Connection = {
      client,
      doubtful: false,
      leaving: false,
      farewell: undefined,
      tenantId: undefined,
      usedAtMs: performance.now(),
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
    if (stopped || total.claims(pool)) return close(connection)
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
    connection.farewell = setTimeout(() => streamOf(connection.client).destroy(), closeTimeoutMs)
  }

  /** One less; who waits for its place, here or in another pool, has it. */
  function gone(): void {
    open -= 1
    total.left()
    serve()
    if (open === 0) stopped?.resolve()
  }

  function pause(error: RowhouseError): void {
    if (failure?.timer || stopped) return
    const pauseMs = Math.min((failure?.pauseMs ?? firstPauseMs / 2) * 2, longestPauseMs)
    // Not all pools of all nodes at the same moment.
    const timer = setTimeout(retry, pauseMs * (0.5 + Math.random() / 2))
    failure = { error, pauseMs, timer }
  }

  function retry(): void {
    if (failure) delete failure.timer
    serve()
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
      if (idle.length > 0 && roomOf(tenantId) > 0) return lend(idle.pop()!, tenantId)
      if (stopped) return Promise.reject(tenancyErrors.databaseUnavailable({ operator: 'The node is being stopped.' }))
      usedAtMs = performance.now()
      const call = line.join(tenantId)
      serve()
      return call
    },

    giveBack(connection) {
      const { client, tenantId } = connection
      lent -= 1
      if (tenantId !== undefined && maxPerTenant < maxConnections) {
        const rest = lentTo.get(tenantId)! - 1
        if (rest === 0) lentTo.delete(tenantId)
        else lentTo.set(tenantId, rest)
      }
      usedAtMs = connection.usedAtMs = performance.now()
      if (connection.doubtful || isDoubtful(client)) {
        counts.doubted += 1
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
      size: maxConnections,
      open,
      idle: idle.length,
      lent,
      waiting: line.length,
      counts: { ...counts },
    }),

    async stop() {
      stopped ??= Promise.withResolvers<void>()
      clearTimeout(failure?.timer)
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

/** What pg's types leave out. */
const streamOf = (client: pg.Client) =>
  (client as unknown as { readonly connection: { readonly stream: { destroy(): void } } }).connection.stream
