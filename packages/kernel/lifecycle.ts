/** Something that runs: a server, a pool, a loop. */
export interface Part {
  readonly name: string
  start?(): Promise<void>
  /** Stops taking new work and finishes what is under way. */
  drain?(): Promise<void>
  stop?(): Promise<void>
}

export interface Lifecycle {
  /** Starts a part now, and remembers to stop it. When it fails, the parts started before it are stopped. */
  start(part: Part): Promise<void>
  /** Drains every part, then stops it, in the reverse of the order in which they started. Safe to call twice. */
  stop(): Promise<void>
}

/**
 * Starts parts in order, drains and stops them in reverse.
 *
 * @param onProblem hears of a part that failed to drain or stop in time: the others are stopped all the same.
 */
export function createLifecycle(options: {
  readonly stopTimeoutMs: number
  readonly onProblem: (part: string, error: unknown) => void
}): Lifecycle {
  const running: Part[] = []
  let stopping: Promise<void> | undefined

  async function stopAll(): Promise<void> {
    const parts = running.splice(0).toReversed()
    for (const part of parts) await settle(part.name, part.drain?.())
    for (const part of parts) await settle(part.name, part.stop?.())
  }

  async function settle(part: string, work: Promise<void> | undefined): Promise<void> {
    const timeout = Promise.withResolvers<never>()
    const timer = setTimeout(
      () => timeout.reject(new Error(`${part} took over ${options.stopTimeoutMs} ms`)),
      options.stopTimeoutMs,
    )
    try {
      await Promise.race([work, timeout.promise])
    } catch (error) {
      options.onProblem(part, error)
    } finally {
      clearTimeout(timer)
    }
  }

  return {
    async start(part) {
      try {
        await part.start?.()
        running.push(part)
      } catch (error) {
        await stopAll()
        throw error
      }
    },
    stop: () => (stopping ??= stopAll()),
  }
}
