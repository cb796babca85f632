/** What all calls of a client share. */
import type { Auth } from './auth.ts'
import { createSight, type Sight } from './consistency.ts'
import { createRetryBudget, defaultRetries, type RetryBudget, type RetryOptions } from './retries.ts'

export interface ClientOptions {
  /** Where the API is: `https://acme.example.com`. */
  readonly origin: string
  /** Without it, only what is open to anybody can be called. */
  readonly auth?: Auth
  readonly retries?: RetryOptions
  /** Hears of every attempt, for logs and metrics. */
  readonly onAttempt?: (attempt: Attempt) => void
  /** In place of the global `fetch`. */
  readonly fetch?: typeof fetch
}

/** One request, as it went. */
export interface Attempt {
  readonly operation: string
  /** From 1. */
  readonly number: number
  /** Undefined when there was no answer. */
  readonly status: number | undefined
  readonly durationMs: number
  readonly idempotencyKey: string | undefined
  /** The command had been done before: this is the answer that it had then. */
  readonly isReplayed: boolean
}

export interface Connection {
  readonly origin: string
  readonly fetch: typeof fetch
  readonly retries: Required<RetryOptions>
  readonly budget: RetryBudget
  readonly onAttempt: (attempt: Attempt) => void
  /** Of each of its callers. */
  sightOf(auth: Auth): Sight
}

/** @throws TypeError when the origin is not an http or https URL */
export function openConnection(options: ClientOptions): Connection {
  const { origin, protocol } = new URL(options.origin)
  if (!/^https?:$/.test(protocol)) throw new TypeError(`The origin must be an http or https URL: ${options.origin}`)
  const retries = { ...defaultRetries, ...options.retries }
  return {
    origin,
    // Called as a method of anything but the window, a browser's own refuses.
    fetch: options.fetch ?? ((...request) => fetch(...request)),
    retries,
    budget: createRetryBudget(retries.budget),
    onAttempt: options.onAttempt ?? (() => {}),
    sightOf: rememberSights(),
  }
}

function rememberSights(): (auth: Auth) => Sight {
  const sights = new WeakMap<Auth, Sight>()
  return (auth) => {
    const sight = sights.get(auth) ?? createSight()
    sights.set(auth, sight)
    return sight
  }
}
