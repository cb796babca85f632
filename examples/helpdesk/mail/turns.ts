/** What one caller takes of something scarce at a time. */
interface Turn {
  readonly sizeBytes: number
  readonly take: () => Promise<void>
}

interface Bounds {
  /** Turns taken at the same time, by different tenants. */
  readonly atOnce: number
  /** What may wait, in all and of one tenant. */
  readonly waitingBytes: number
  readonly waitingBytesEach: number
}

/**
 * Lets tenants take turns: each has one turn at a time, and whoever had one goes to the end of the line. However much one
 * of them brings, another waits for single turns of others and never for a whole pile.
 *
 * @param refused makes the error for what finds no room to wait
 */
export function createTurns({ atOnce, waitingBytes, waitingBytesEach }: Bounds, refused: () => Error) {
  /** In the order in which the tenants come next. */
  const waiting = new Map<string, Turn[]>()
  const taking = new Set<string>()

  function next() {
    if (taking.size >= atOnce) return
    for (const [tenantId, turns] of waiting) {
      if (taking.has(tenantId)) continue
      const turn = turns.shift()!
      if (turns.length === 0) waiting.delete(tenantId)
      taking.add(tenantId)
      void turn.take().finally(() => {
        taking.delete(tenantId)
        toTheEnd(tenantId)
        next()
      })
      return next()
    }
  }

  function toTheEnd(tenantId: string) {
    const turns = waiting.get(tenantId)
    waiting.delete(tenantId)
    if (turns) waiting.set(tenantId, turns)
  }

  return <T>(tenantId: string, sizeBytes: number, work: () => Promise<T>): Promise<T> => {
    const own = waiting.get(tenantId) ?? []
    if (sum(own) + sizeBytes > waitingBytesEach || sum([...waiting.values()].flat()) + sizeBytes > waitingBytes) {
      return Promise.reject(refused())
    }
    return new Promise((resolve, reject) => {
      waiting.set(tenantId, [...own, { sizeBytes, take: () => work().then(resolve, reject) }])
      next()
    })
  }
}

const sum = (turns: readonly Turn[]) => turns.reduce((bytes, { sizeBytes }) => bytes + sizeBytes, 0)
