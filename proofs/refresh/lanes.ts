import { setTimeout as sleep } from 'node:timers/promises'

/** So many may work at once; who waits for time to pass lets another work meanwhile. */
export interface Lanes {
  run<T>(work: () => Promise<T>): Promise<T>
  rest(ms: number): Promise<void>
}

export function createLanes(many: number): Lanes {
  let free = many
  const waiting: (() => void)[] = []
  async function take(): Promise<void> {
    if (free > 0) free -= 1
    else await new Promise<void>((resolve) => waiting.push(resolve))
  }
  function leave(): void {
    const next = waiting.shift()
    if (next) next()
    else free += 1
  }
  return {
    async run(work) {
      await take()
      return work().finally(leave)
    },
    async rest(ms) {
      leave()
      await sleep(ms)
      await take()
    },
  }
}
