/**
 * Who waits for a connection of one database. Each tenant has a line of its own and the lines are served in turn, so that
 * a tenant's thousand calls delay another tenant's single one by at most one turn. The platform itself, which is no
 * tenant, is one line among them.
 */
export interface Line<T> {
  readonly length: number
  /** Rejects with what `refusal` makes: at once when the line is full, or at the deadline. */
  join(tenantId: string | undefined): Promise<T>
  /** Takes out whoever comes next among those whose tenant has room for one more. */
  next(roomOf: RoomOf): Waiting<T> | undefined
  /** How many who wait could use something now, counted up to `most`. */
  demand(roomOf: RoomOf, most: number): number
  refuseAll(error: Error): void
}

/** How many more a tenant may have. */
export type RoomOf = (tenantId: string | undefined) => number

export interface Waiting<T> {
  readonly tenantId: string | undefined
  readonly sinceMs: number
  resolve(value: T): void
  reject(error: Error): void
}

export interface LineOptions {
  /** Waiting calls, at most. */
  readonly maxWaiting: number
  readonly timeoutMs: number
  readonly refusal: (reason: 'full' | 'late') => Error
}

interface Place<T> extends Waiting<T> {
  readonly timer: NodeJS.Timeout
}

export function createLine<T>({ maxWaiting, timeoutMs, refusal }: LineOptions): Line<T> {
  /** In the order of their turns; none of them is empty. */
  const lines = new Map<string | undefined, Place<T>[]>()
  let length = 0

  /** Always from one end of a line: the first is served or late, the last gives way. */
  function leave(tenantId: string | undefined, end: 'first' | 'last'): Place<T> {
    const line = lines.get(tenantId)!
    const place = end === 'first' ? line.shift()! : line.pop()!
    if (line.length === 0) lines.delete(tenantId)
    length -= 1
    clearTimeout(place.timer)
    return place
  }

  /** When no place is left, the tenant with most of them gives one up: a flood must not keep others from waiting. */
  function makeWay(tenantId: string | undefined): boolean {
    if (length < maxWaiting) return true
    let longest = tenantId
    let most = (lines.get(tenantId)?.length ?? 0) + 1
    for (const [other, line] of lines) {
      if (line.length <= most) continue
      longest = other
      most = line.length
    }
    if (longest === tenantId) return false
    leave(longest, 'last').reject(refusal('full'))
    return true
  }

  return {
    get length() {
      return length
    },

    join(tenantId) {
      if (!makeWay(tenantId)) return Promise.reject(refusal('full'))
      const { promise, resolve, reject } = Promise.withResolvers<T>()
      // All wait equally long, so the first of a line is late first.
      const timer = setTimeout(() => leave(tenantId, 'first').reject(refusal('late')), timeoutMs)
      const place = { tenantId, sinceMs: performance.now(), resolve, reject, timer }
      const line = lines.get(tenantId)
      if (line) line.push(place)
      else lines.set(tenantId, [place])
      length += 1
      return promise
    },

    next(roomOf) {
      for (const [tenantId, line] of lines) {
        if (roomOf(tenantId) <= 0) continue
        const place = leave(tenantId, 'first')
        // Its turn is over: the others come before its next.
        if (lines.delete(tenantId)) lines.set(tenantId, line)
        return place
      }
      return undefined
    },

    demand(roomOf, most) {
      let wanted = 0
      for (const [tenantId, line] of lines) {
        wanted += Math.min(line.length, Math.max(0, roomOf(tenantId)))
        if (wanted >= most) return most
      }
      return wanted
    },

    refuseAll(error) {
      for (const tenantId of lines.keys()) while (lines.has(tenantId)) leave(tenantId, 'first').reject(error)
    },
  }
}
