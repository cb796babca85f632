/** Waiting that the caller's signal ends, with its reason. */

export function within<Result>(
  signal: AbortSignal | undefined,
  work: Result | Promise<Result>,
): Result | Promise<Result> {
  if (signal === undefined) return work
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason)
    if (signal.aborted) return abort()
    signal.addEventListener('abort', abort, { once: true })
    Promise.resolve(work)
      .then(resolve, reject)
      .finally(() => signal.removeEventListener('abort', abort))
  })
}

export const pause = (ms: number, signal: AbortSignal | undefined) =>
  within(signal, new Promise<void>((resolve) => setTimeout(resolve, ms)))
