/** What can be seen of a pool from outside: by operators and in metrics. */
import { counter, gauge, histogram } from '@rowhouse/telemetry'
import type { Deployment } from '../deployment.ts'

/** `control`: the control database. `shared`: one that many tenants share. `dedicated`: one tenant's own. */
export type PoolKind = 'control' | 'shared' | 'dedicated'
/** Where it leads: to the primary, past a pooler, to a replica, or to the primary as the relay of events. */
export type PoolRole = 'primary' | 'direct' | 'replica' | 'relay'

export const kindOf =
  ({ controlDatabase, sharedDatabase }: Deployment) =>
  (databaseName: string): PoolKind => {
    if (databaseName === controlDatabase) return 'control'
    return databaseName === sharedDatabase ? 'shared' : 'dedicated'
  }

export interface PoolLabels {
  readonly cluster: string
  readonly database: string
  readonly kind: PoolKind
  readonly role: PoolRole
}

export interface PoolState extends PoolLabels {
  /** Connections, at most. */
  readonly size: number
  /** Connections that there are, among them those being opened and closed. */
  readonly open: number
  readonly idle: number
  readonly lent: number
  /** Calls that wait for one. */
  readonly waiting: number
  /** Since the pool was made. */
  readonly counts: Readonly<PoolCounts>
}

export interface PoolCounts {
  lent: number
  /** Calls that were refused at once, because too many waited. */
  refused: number
  /** Calls that waited in vain. */
  timedOut: number
  /** Connections closed because something had left them in doubt. */
  doubted: number
  connectFailures: number
  longestWaitMs: number
}

/** Keeps count of one pool, and adds to the metrics of its kind. */
export interface Tally {
  readonly counts: PoolCounts
  add(what: Exclude<keyof PoolCounts, 'lent' | 'longestWaitMs'>): void
  waited(ms: number): void
}

export function createTally({ kind, role }: PoolLabels): Tally {
  const counts = { lent: 0, refused: 0, timedOut: 0, doubted: 0, connectFailures: 0, longestWaitMs: 0 }
  return {
    counts,
    add(what) {
      counts[what] += 1
      troubles.add(1, { kind, role, trouble: what.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`) })
    },
    waited(ms) {
      counts.longestWaitMs = Math.max(counts.longestWaitMs, ms)
      waits.record(ms / 1_000, { kind, role })
    },
  }
}

const troubles = counter<{ kind: PoolKind; role: PoolRole; trouble: string }>({
  name: 'rowhouse_pool_troubles_total',
  about: 'Calls refused or timed out, connections doubted, failures to connect',
})

const waits = histogram<{ kind: PoolKind; role: PoolRole }>({
  name: 'rowhouse_pool_wait_duration_seconds',
  about: 'How long calls waited for a connection that was not there at once',
})

/**
 * Sums over the pools of a kind: a series for each database would be too many. What it returns ends it.
 *
 * @param list all pools of the node: two sums of one kind would be the same series
 */
export function gaugePools(list: () => PoolState[]): () => void {
  const groups = () => Map.groupBy(list(), ({ kind, role }) => `${kind} ${role}`).values()
  const stops = [
    gauge({ name: 'rowhouse_pool_connections', about: 'Connections to databases, by state' }, (observe) => {
      for (const pools of groups()) {
        const { kind, role } = pools[0]!
        const [open, idle, lent] = [sum(pools, 'open'), sum(pools, 'idle'), sum(pools, 'lent')]
        observe(idle, { kind, role, state: 'idle' })
        observe(lent, { kind, role, state: 'lent' })
        observe(Math.max(0, open - idle - lent), { kind, role, state: 'changing' })
      }
    }),
    gauge({ name: 'rowhouse_pool_waiting_calls', about: 'Calls that wait for a connection' }, (observe) => {
      for (const pools of groups()) {
        const { kind, role } = pools[0]!
        observe(sum(pools, 'waiting'), { kind, role })
      }
    }),
  ]
  return () => stops.forEach((stop) => stop())
}

const sum = (pools: readonly PoolState[], what: 'open' | 'idle' | 'lent' | 'waiting') =>
  pools.reduce((total, pool) => total + pool[what], 0)
