import { setTimeout as sleep } from 'node:timers/promises'
import type { RowhouseError } from '@rowhouse/kernel'
import { postgresErrors } from './errors.ts'
import type { Server } from './server.ts'

/** Starts a server again when it dies by itself, on the same port, until it is ended. */
export function supervise(
  first: Server,
  start: () => Promise<Server>,
  onProblem: (error: RowhouseError) => void,
): { end(how: 'stop' | 'kill'): Promise<void> } {
  let server = first
  const ending = new AbortController()
  let ended: Promise<void> | undefined
  let how: 'stop' | 'kill' = 'stop'
  const watching = watch()

  async function watch(): Promise<void> {
    for (;;) {
      await server.exited
      if (ending.signal.aborted) return
      onProblem(postgresErrors.stopped())
      const next = await startAgain()
      if (!next) return
      server = next
      if (ending.signal.aborted) await server[how]()
    }
  }

  async function startAgain(): Promise<Server | undefined> {
    for (let waitMs = 50; !ending.signal.aborted; waitMs = Math.min(2 * waitMs, 5_000)) {
      await sleep(waitMs, undefined, { signal: ending.signal }).catch(() => {})
      try {
        if (!ending.signal.aborted) return await start()
      } catch (error) {
        onProblem(error as RowhouseError)
      }
    }
    return undefined
  }

  return {
    end(wanted) {
      how = wanted
      ending.abort()
      return (ended ??= server[how]().then(() => watching))
    },
  }
}
