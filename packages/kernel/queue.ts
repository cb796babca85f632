/** Runs at most `width` pieces of work at a time; at most `waiting` others wait their turn, in order. */
export function createQueue({
  width,
  waiting,
  full,
}: {
  readonly width: number
  readonly waiting: number
  /** What is thrown when no more may wait. */
  readonly full: () => Error
}) {
  let running = 0
  const line: (() => void)[] = []
  return async <T>(work: () => Promise<T>): Promise<T> => {
    if (running < width) running += 1
    else if (line.length < waiting) await new Promise<void>((resolve) => line.push(resolve))
    else throw full()
    try {
      return await work()
    } finally {
      const next = line.shift()
      if (next) next()
      else running -= 1
    }
  }
}
