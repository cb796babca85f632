/** One call: as many attempts as are safe and sensible, one result or one error. */
import { attempt } from './attempt.ts'
import type { Auth } from './auth.ts'
import type { Connection } from './connection.ts'
import { ApiError, CallError } from './errors.ts'
import type { ChangeOptions, Operation } from './operation.ts'
import { targetOf } from './request.ts'
import { isSilent, isTransient, isUnclear, waitMs } from './retries.ts'
import { pause, within } from './waiting.ts'

export interface Call {
  /** The operation's: `tickets.open`. */
  readonly name: string
  readonly operation: Operation
  readonly input?: unknown
  readonly options?: ChangeOptions
  /** Safe to repeat, though it neither only reads nor takes a key. */
  readonly repeatable?: boolean
}

/** @throws ApiError, NoAnswer, SessionEnded, or the reason of the caller's signal */
export async function send(connection: Connection, auth: Auth, call: Call): Promise<unknown> {
  const { name, operation, options = {} } = call
  const { retries, budget } = connection
  const { signal } = options
  const { timeoutMs = retries.timeoutMs, deadlineMs = retries.deadlineMs } = options
  const untilMs = Date.now() + deadlineMs
  const target = targetOf(operation, call.input)
  const idempotencyKey = keyOf(operation, options)
  const readsOnly = operation.method === 'GET'
  const repeatable = readsOnly || idempotencyKey !== undefined || call.repeatable === true
  let rejected: string | undefined
  let unclear = false

  for (let number = 1; ; number += 1) {
    const token = operation.public ? undefined : await within(signal, auth.token(connection, rejected))
    try {
      const headers = headersOf({ token, idempotencyKey, ifMatch: options.ifMatch, type: target.contentType })
      const limitMs = Math.min(timeoutMs, untilMs - Date.now())
      const result = await attempt(connection, {
        ...target,
        name,
        method: operation.method,
        number,
        headers,
        limitMs,
        signal,
      })
      budget.earn()
      return result
    } catch (error) {
      if (!(error instanceof CallError)) throw error
      unclear = isUnclear(error) || (unclear && isSilent(error))
      error.tell({ operation: name, attempts: number, idempotencyKey, mayHaveHappened: unclear && !readsOnly })

      const isRefused = error instanceof ApiError && error.status === 401
      if (isRefused && token !== undefined && rejected === undefined) {
        rejected = token
        if ((await within(signal, auth.token(connection, rejected))) !== rejected) continue
      }
      const delayMs = waitMs(error, number, retries.delayMs)
      const mayRepeat = repeatable && isTransient(error) && number < retries.attempts && Date.now() + delayMs < untilMs
      if (!mayRepeat || !budget.spend()) throw error
      await pause(delayMs, signal)
    }
  }
}

function keyOf({ keyed }: Operation, { idempotencyKey }: ChangeOptions): string | undefined {
  if (keyed === undefined || idempotencyKey === false) return undefined
  return idempotencyKey ?? newKey()
}

/** A UUID (v4). `crypto.randomUUID` is missing on pages that came over plain http. */
function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  bytes[6] = (bytes[6]! & 0x0f) | 0x40
  bytes[8] = (bytes[8]! & 0x3f) | 0x80
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
}

function headersOf(values: {
  readonly token: string | undefined
  readonly idempotencyKey: string | undefined
  readonly ifMatch: string | undefined
  readonly type: string | undefined
}): Headers {
  const headers = new Headers({ accept: 'application/json' })
  if (values.token !== undefined) headers.set('authorization', `Bearer ${values.token}`)
  if (values.idempotencyKey !== undefined) headers.set('idempotency-key', values.idempotencyKey)
  if (values.ifMatch !== undefined) headers.set('if-match', values.ifMatch)
  if (values.type !== undefined) headers.set('content-type', values.type)
  return headers
}
