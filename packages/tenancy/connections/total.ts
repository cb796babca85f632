/**
 * The connections of a node over all its databases. When there are as many as may be, a pool that needs one gets the place
 * of an idle one, of the pool that was used longest ago; when all are lent, that of the next to be given back by a pool
 * that has more than its part.
 */
export interface Total {
  readonly max: number
  readonly taken: number
  add(pool: Member): void
  remove(pool: Member): void
  /** A place for one more connection; false when there is none yet: then `pool.serve` is called when there is. */
  take(pool: Member): boolean
  /** One of the connections is on its way out, and keeps its place until it is. */
  leaving(): void
  left(): void
  /**
   * Whether a connection that comes back should be closed, because another pool has greater need of its place.
   *
   * @param ageMs how long it has been open
   */
  claims(pool: Member, ageMs: number): boolean
}

/** What the total knows of a pool. */
export interface Member {
  readonly size: number
  readonly idle: number
  readonly waiting: number
  readonly usedAtMs: number
  /** Looks whether it can do more than before. */
  serve(): void
  closeIdle(): void
}

/** A connection is kept this long by a pool whose calls wait: opening one for a single call each would be most of the work. */
const turnMs = 100

export function createTotal(max: number): Total {
  const pools = new Set<Member>()
  /** Pools that need a place, in the order in which they asked. */
  const hungry = new Set<Member>()
  let taken = 0
  let leaving = 0

  function leastRecentlyUsed(): Member | undefined {
    let oldest: Member | undefined
    for (const pool of pools) if (pool.idle > 0 && pool.usedAtMs < (oldest?.usedAtMs ?? Infinity)) oldest = pool
    return oldest
  }

  return {
    max,
    get taken() {
      return taken
    },
    add: (pool) => void pools.add(pool),
    remove(pool) {
      pools.delete(pool)
      hungry.delete(pool)
    },

    take(pool) {
      if (taken < max) {
        taken += 1
        hungry.delete(pool)
        return true
      }
      hungry.add(pool)
      if (leaving < hungry.size) leastRecentlyUsed()?.closeIdle()
      return false
    },

    leaving: () => void (leaving += 1),
    left() {
      leaving -= 1
      taken -= 1
      for (const pool of hungry) {
        if (taken >= max) return
        hungry.delete(pool)
        pool.serve()
      }
    },

    claims(pool, ageMs) {
      if (hungry.size === 0 || leaving >= hungry.size) return false
      if (pool.waiting > 0 && ageMs < turnMs) return false
      for (const other of hungry) {
        if (other === pool || other.waiting === 0) continue
        return pool.waiting === 0 || other.size === 0 || pool.size > other.size + 1
      }
      return false
    },
  }
}
