/** Which failures are worth another attempt, when, and how many of them altogether. */
import { ApiError, isUnheard, NoAnswer } from './errors.ts'

export interface RetryOptions {
  /** Of one call, the first included: 6. */
  readonly attempts?: number
  /** How long one attempt may take: 10 s. */
  readonly timeoutMs?: number
  /** How long all attempts and the waits between them may take: 30 s. */
  readonly deadlineMs?: number
  /** The wait before the second attempt, doubled for each further one up to 5 s, less up to half at random: 200 ms. */
  readonly delayMs?: number
  /**
   * How many retries the client has in store: 20. Each takes one, each call that succeeds gives a tenth back. When a server
   * fails altogether, its clients send little more than they would have anyway.
   */
  readonly budget?: number
}

export const defaultRetries = { attempts: 6, timeoutMs: 10_000, deadlineMs: 30_000, delayMs: 200, budget: 20 } as const

const maxDelayMs = 5_000
const transient = [408, 429, 502, 503, 504]

export const isTransient = (error: unknown): boolean =>
  error instanceof NoAnswer || (error instanceof ApiError && (transient.includes(error.status) || isInFlight(error)))

/** An earlier attempt of the same command is still being worked on. */
const isInFlight = ({ status, retryAfterMs }: ApiError) => status === 409 && retryAfterMs !== undefined

/** Whether this attempt, or an earlier one, may have done what it was to do. */
export const isUnclear = (error: unknown): boolean =>
  (error instanceof NoAnswer && !isUnheard(error)) ||
  (error instanceof ApiError &&
    (error.status >= 500 || isInFlight(error) || error.code === 'http.idempotency_answer_expired'))

/** Whether the answer says nothing about what earlier attempts did: it was refused before anybody looked, or unheard. */
export const isSilent = (error: unknown): boolean =>
  isUnheard(error) || (error instanceof ApiError && [401, 403, 408, 429].includes(error.status))

export const isRefusedToken = (error: unknown): boolean => error instanceof ApiError && error.status === 401

/** Sealed with a key that is not believed any more, or meant for another tenant: it is better to send none. */
export const isRefusedConsistency = (error: unknown): boolean =>
  error instanceof ApiError && error.code === 'tenancy.consistency_token_refused'

/** @param attempt the one that failed, from 1. What the server asks for comes first, a little spread. */
export function waitMs(error: unknown, attempt: number, delayMs: number): number {
  if (error instanceof ApiError && error.retryAfterMs !== undefined) return error.retryAfterMs * (1 + Math.random() / 4)
  return Math.min(maxDelayMs, delayMs * 2 ** (attempt - 1)) * (1 - Math.random() / 2)
}

export interface RetryBudget {
  /** False when there is none left. */
  spend(): boolean
  earn(): void
}

export function createRetryBudget(size: number): RetryBudget {
  let left = size
  return {
    spend() {
      if (left < 1) return false
      left -= 1
      return true
    },
    earn() {
      left = Math.min(size, left + 0.1)
    },
  }
}
