export interface QueueOptions {
  /** Pieces of work at a time. */
  readonly width: number
  /** Others that wait, at most. */
  readonly waiting: number
  /** Those of them that are of one caller, at most; all of them when absent. */
  readonly waitingOfOne?: number
  /** What is thrown when no more may wait. */
  readonly full: () => Error
}

/** @param caller whose work it is: callers take turns, and of one it is done in order */
export type Queue = <T>(work: () => Promise<T>, caller?: string) => Promise<T>

/** Runs a few pieces of work at a time; a bounded number of others wait their turn. */
export function createQueue({ width, waiting, waitingOfOne = waiting, full }: QueueOptions): Queue {
  /** Who waits, by caller, in the order of their turns; none of them is empty. */
  const lines = new Map<string, (() => void)[]>()
  let running = 0
  let length = 0

  function wait(caller: string): Promise<void> {
    const line = lines.get(caller) ?? []
    if (length >= waiting || line.length >= waitingOfOne) throw full()
    length += 1
    lines.set(caller, line)
    return new Promise((resolve) => line.push(resolve))
  }

  function giveTurnOn(): void {
    const [first] = lines
    if (!first) return void (running -= 1)
    const [caller, line] = first
    const next = line.shift()!
    length -= 1
    // The others come before this one's next.
    lines.delete(caller)
    if (line.length > 0) lines.set(caller, line)
    next()
  }

  return async (work, caller = '') => {
    if (running < width) running += 1
    else await wait(caller)
    try {
      return await work()
    } finally {
      giveTurnOn()
    }
  }
}
