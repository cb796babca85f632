/**
 * The hot standbys of a cluster, as one node sees them: how far each is behind, and which may be read.
 *
 * How far is measured against the primary's own places and this node's clock alone: what a standby says of time, or of
 * anything that the primary has not confirmed, is not believed.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { gauge } from '@rowhouse/telemetry'
import type { PoolState } from '../connections/state.ts'
import { createHistory } from './history.ts'
import { createReplica, type Replica, type ReplicaOptions, type ServerState, type Standing } from './replica.ts'

export interface Replicas {
  /** The primary's; undefined as long as it has not been seen. */
  readonly timeline: number | undefined
  readonly all: readonly Replica[]
  /**
   * The least busy that is good, and shows what was committed before `after` or may soon do so.
   *
   * @param preferred its number: taken if it is such a one
   */
  choose(after: bigint, preferred?: number): Replica | undefined
  list(): PoolState[]
  start(): void
  stop(): Promise<void>
}

export interface ReplicasOptions {
  readonly primary: Pick<ReplicaOptions, 'look' | 'stop'>
  readonly replicas: readonly ReplicaOptions[]
  /** One that is further behind is left out. */
  readonly maxLagMs: number
  readonly everyMs?: number
}

/** A standby that was as close as this the last time may show a thing in the moment that a read waits for it. */
export const soonMs = 50

export function createReplicas({ primary, replicas, maxLagMs, everyMs = 250 }: ReplicasOptions): Replicas {
  const all = replicas.map(({ openPools }, at) => createReplica(at + 1, () => openPools(() => timeline)))
  const history = createHistory(maxLagMs)
  let timeline: number | undefined
  const stopping = new AbortController()
  let watching: Promise<unknown> | undefined
  let stopGauge: (() => void) | undefined

  async function seePrimary(): Promise<bigint | undefined> {
    const atMs = performance.now()
    const state = await primary.look().catch(() => undefined)
    if (!state || state.timeline === null || state.lsn === null) return undefined
    timeline = state.timeline
    history.add(state.lsn, atMs)
    return state.lsn
  }

  /**
   * The primary some moments before, so that who is no further behind than that is known by it; and after, because nobody can
   * be ahead of that.
   */
  async function see(replica: Replica, { look }: ReplicaOptions): Promise<void> {
    await seePrimary()
    await sleep(soonMs / 2, undefined, { ref: false })
    const atMs = performance.now()
    const state = await look().catch(() => undefined)
    judge(replica, state, atMs, await seePrimary())
  }

  function judge(replica: Replica, state: ServerState | undefined, atMs: number, primaryLsn: bigint | undefined): void {
    const before = replica.standing
    replica.replayed = state?.lsn ?? 0n
    replica.shownUntilMs = history.shownUntilMs(replica.replayed)
    replica.lagMs = Math.max(0, atMs - replica.shownUntilMs)
    replica.standing = standingOf(replica, state, primaryLsn)
    if (another.has(replica.standing) && !another.has(before)) replica.breakOff()
  }

  function standingOf({ lagMs }: Replica, state: ServerState | undefined, primaryLsn: bigint | undefined): Standing {
    if (!state) return 'unreachable'
    if (state.timeline === null || state.lsn === null) return 'no standby'
    if (state.timeline !== timeline) return 'other timeline'
    if (primaryLsn !== undefined && state.lsn > primaryLsn) return 'ahead'
    return lagMs > maxLagMs ? 'behind' : 'good'
  }

  /** Each on its own: nobody is known later because another does not answer. */
  async function watch(replica: Replica, options: ReplicaOptions): Promise<void> {
    const { signal } = stopping
    while (!signal.aborted) {
      await see(replica, options)
      await sleep(everyMs, undefined, { ref: false, signal }).catch(() => {})
    }
  }

  return {
    get timeline() {
      return timeline
    },
    all,

    choose(after, preferred) {
      const nowMs = performance.now()
      const able = all.filter(
        ({ standing, shownUntilMs, replayed, lagMs }) =>
          standing === 'good' && nowMs - shownUntilMs <= maxLagMs && (replayed >= after || lagMs <= soonMs),
      )
      const byLoad = able.toSorted((one, other) => one.inFlight - other.inFlight || one.usedAtMs - other.usedAtMs)
      return able.find(({ number }) => number === preferred) ?? byLoad[0]
    },

    list: () => all.flatMap((replica) => replica.list()),

    start() {
      watching ??= Promise.all(all.map((replica, at) => watch(replica, replicas[at]!)))
      const about = 'How old what a replica shows may be.'
      stopGauge = gauge({ name: 'rowhouse_replica_lag_seconds', about }, (observe) => {
        for (const { number: replica, lagMs } of all) if (Number.isFinite(lagMs)) observe(lagMs / 1000, { replica })
      })
    },

    async stop() {
      stopping.abort()
      stopGauge?.()
      await watching
      await Promise.all([...all, ...replicas, primary].map((part) => part.stop()))
    },
  }
}

/** It may be another server than before, and what is under way there may never end. */
const another: ReadonlySet<Standing> = new Set(['unreachable', 'no standby', 'other timeline', 'ahead'])
