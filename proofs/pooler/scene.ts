/** What workers, neighbours and disturbances share. */
import type { Count } from '../count.ts'
import type { Ground } from './ground.ts'
import { acquireTimeoutMs } from './node.ts'
import type { Settings } from './settings.ts'

export interface Scene {
  readonly ground: Ground
  /** The pooler's. */
  readonly port: number
  readonly title: string
  readonly seed: number
  readonly count: Count
  readonly signal: AbortSignal
  readonly settings: Settings
  readonly deadlineMs: number
  /** The longest so far, in milliseconds. */
  readonly longest: { call: number; recovery: number }
  /** What is being done to the pooler itself, by which calls may be refused; undefined when all is well. */
  trouble: string | undefined
}

export const harms = {
  wrong: 'wrong rows',
  leaked: 'leaked state',
  changed: 'rows changed by others',
  unexplained: 'an error without a reason',
  late: 'a call beyond its deadline',
  many: 'more server connections than allowed',
} as const

/** Server connections for each database. */
export const poolSize = 4

/**
 * How long a call may take while nobody withholds an answer from it: it waits for a connection of its node, then for one of
 * the pooler's (query_wait_timeout, 5 s), and its statements are short, on a machine that is busy with all of this.
 */
export const deadlineMs = acquireTimeoutMs + 5_000 + 2_000
