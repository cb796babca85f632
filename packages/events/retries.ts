/** What becomes of a key whose first event failed. */
import type { Door } from '@rowhouse/tenancy'

export interface Retries {
  /**
   * Counts a failure: the key is tried again later, each time about twice as late, and after the last attempt parked.
   *
   * @param before what was counted before: a failure that somebody else has counted is not counted again
   */
  failed(
    tenantId: string,
    subscriber: string,
    key: string,
    before: number,
    error: string,
  ): Promise<{ readonly attempts: number; readonly parked: boolean }>
}

export interface RetryOptions {
  /** After so many failures a key is parked. */
  readonly maxAttempts: number
  /** Before the second attempt; doubled each time. */
  readonly firstDelayMs: number
  readonly maxDelayMs: number
}

export function createRetries(door: Door, { maxAttempts, firstDelayMs, maxDelayMs }: RetryOptions): Retries {
  return {
    async failed(tenantId, subscriber, key, before, error) {
      const attempts = before + 1
      const parked = attempts >= maxAttempts
      // Half to one and a half of it, so that what failed together does not come back together.
      const delayMs = Math.min(firstDelayMs * 2 ** before, maxDelayMs) * (0.5 + Math.random())
      await door.query(tenantId, noteFailure, [subscriber, key, before, delayMs, error.slice(0, 1000), parked])
      return { attempts, parked }
    },
  }
}

const noteFailure = `
  update rowhouse.delivery_keys
  set attempts = attempts + 1, last_error = $5, due_at = now() + $4::float8 * interval '1 millisecond',
    parked_at = case when $6::boolean then now() end
  where subscriber = $1 and key = $2 and attempts = $3 and parked_at is null
`
