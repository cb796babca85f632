/** A server that refuses is asked again by one at a time, after a pause that grows: when it is back, there is no storm. */
import type { RowhouseError } from '@rowhouse/kernel'

export interface Patience {
  /** What the server said last, until it takes a connection again. */
  readonly refusal: RowhouseError | undefined
  /** How many connections may be on their way at a time: none during a pause, one after it, any when all is well. */
  readonly maxOpening: number
  refused(error: RowhouseError): void
  taken(): void
  stop(): void
}

const firstPauseMs = 50
const longestPauseMs = 1_000

/** @param retry called after each pause */
export function createPatience(retry: () => void): Patience {
  let refusal: RowhouseError | undefined
  let pauseMs = firstPauseMs
  let pause: NodeJS.Timeout | undefined

  function proceed(): void {
    pause = undefined
    retry()
  }

  return {
    get refusal() {
      return refusal
    },
    get maxOpening() {
      if (!refusal) return Infinity
      return pause ? 0 : 1
    },
    refused(error) {
      refusal = error
      if (pause) return
      // Not all pools of all nodes at the same moment.
      pause = setTimeout(proceed, pauseMs * (0.5 + Math.random() / 2))
      pauseMs = Math.min(pauseMs * 2, longestPauseMs)
    },
    taken() {
      clearTimeout(pause)
      pause = undefined
      refusal = undefined
      pauseMs = firstPauseMs
    },
    stop: () => clearTimeout(pause),
  }
}
