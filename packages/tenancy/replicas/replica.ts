/** One hot standby: its connections, what is known of it, and whether reads may go there. */
import type pg from 'pg'
import type { Pools } from '../connections/pools.ts'
import type { PoolState } from '../connections/state.ts'

/** What a server says of itself. */
export interface ServerState {
  /** Null when a standby was asked for and this is none. */
  readonly timeline: number | null
  /** A standby's: what it has replayed. */
  readonly lsn: bigint | null
}

export interface ReplicaOptions {
  /** Asks it, in bounded time. */
  look(): Promise<ServerState>
  /** Connections for reads, each to a standby of this timeline. Made anew whenever it may have become another server. */
  openPools(timeline: () => number | undefined): Pools
  stop(): Promise<void>
}

export type Standing = 'good' | 'unknown' | 'unreachable' | 'no standby' | 'other timeline' | 'ahead' | 'behind'

export interface Replica {
  /** From 1, in the order of REPLICA_URLS. */
  readonly number: number
  /** What it has said that it has replayed. */
  replayed: bigint
  /** By this node's clock: what was committed before can be seen there. */
  shownUntilMs: number
  /** At the last look. */
  lagMs: number
  standing: Standing
  readonly inFlight: number
  readonly usedAtMs: number
  /** Borrows a connection for one read. @throws what `Pools.lend` throws */
  read<T>(databaseName: string, tenantId: string, flight: (client: pg.Client) => Promise<T>): Promise<T>
  /** Gives up what is under way there: whoever waits for an answer hears that the connection is lost. */
  breakOff(): void
  list(): PoolState[]
  stop(): Promise<void>
}

export function createReplica(number: number, openPools: () => Pools): Replica {
  let pools = openPools()
  const reading = new Set<pg.Client>()
  let inFlight = 0
  let usedAtMs = 0

  return {
    number,
    replayed: 0n,
    shownUntilMs: -Infinity,
    lagMs: Infinity,
    standing: 'unknown',
    get inFlight() {
      return inFlight
    },
    get usedAtMs() {
      return usedAtMs
    },

    async read(databaseName, tenantId, flight) {
      inFlight += 1
      usedAtMs = performance.now()
      try {
        return await pools.lend(
          databaseName,
          (client) => {
            reading.add(client)
            return flight(client).finally(() => reading.delete(client))
          },
          tenantId,
        )
      } finally {
        inFlight -= 1
      }
    },

    breakOff() {
      const old = pools
      pools = openPools()
      for (const client of reading) client.connection.stream.destroy()
      void old.stop()
    },

    list: () => pools.list(),
    stop: () => pools.stop(),
  }
}
