/** One call: as many attempts as are safe and sensible, one result or one error. */
import { attempt } from './attempt.ts'
import type { Auth } from './auth.ts'
import type { Connection } from './connection.ts'
import { maxTokens } from './consistency.ts'
import { addCircumstances, CallError, NoAnswer } from './errors.ts'
import type { ChangeOptions, Operation } from './operation.ts'
import { targetOf } from './request.ts'
import { isRefusedConsistency, isRefusedToken, isSilent, isTransient, isUnclear, waitMs } from './retries.ts'
import { pause, within } from './waiting.ts'

export interface Call {
  /** The operation's: `tickets.open`. */
  readonly name: string
  readonly operation: Operation
  readonly input?: unknown
  readonly options?: ChangeOptions
  /** Repeated until its deadline, whatever else is going on: a session hangs on it. It must be safe to repeat. */
  readonly vital?: boolean
}

/** @throws ApiError, NoAnswer, SessionEnded, or the reason of the caller's signal */
export async function send(connection: Connection, auth: Auth, call: Call): Promise<unknown> {
  const { name, operation, options = {}, vital = false } = call
  const { retries, budget } = connection
  const { signal, ifMatch, timeoutMs = retries.timeoutMs, deadlineMs = retries.deadlineMs } = options
  const { method } = operation
  const target = targetOf(operation, call.input)
  const idempotencyKey = keyOf(operation, options)
  const repeatable = method === 'GET' || idempotencyKey !== undefined || vital
  const untilMs = Date.now() + deadlineMs
  const sight = connection.sightOf(auth)
  let isBlind = operation.public === true
  let rejected: string | undefined
  let failure: CallError | undefined

  for (let number = 1; ; number += 1) {
    const token = operation.public ? undefined : await tokenOf(connection, auth, signal, rejected, failure)
    const known = isBlind ? [] : sight.tokens
    const consistency = known.length > maxTokens ? [] : known
    const headers = headersOf({ token, idempotencyKey, ifMatch, consistency, type: target.contentType })
    const onHeaders = (answered: Headers) => {
      const now = answered.get('rowhouse-consistency')
      // A command ends where all is that was answered before it began.
      if (now !== null) sight.hear(now, method === 'GET' ? consistency : known)
    }
    const limitMs = Math.min(timeoutMs, untilMs - Date.now())
    const outcome = await attempt(connection, { ...target, name, method, number, headers, limitMs, signal, onHeaders })
    if (!(outcome instanceof CallError)) {
      budget.earn()
      return outcome.result
    }
    const unclear = isUnclear(outcome) || (failure?.mayHaveHappened === true && isSilent(outcome))
    const mayHaveHappened = unclear && method !== 'GET'
    failure = addCircumstances(outcome, { operation: name, attempts: number, idempotencyKey, mayHaveHappened })

    // What it did has no place yet: asked without one, the server shows all that is true.
    if (mayHaveHappened && outcome instanceof NoAnswer) sight.forget(sight.tokens)
    if (isRefusedToken(failure) && token !== undefined && rejected === undefined) {
      rejected = token
      if ((await tokenOf(connection, auth, signal, rejected, failure)) !== rejected) continue
    }
    if (isRefusedConsistency(failure) && !isBlind) {
      isBlind = true
      sight.forget(known)
      continue
    }
    const delayMs = waitMs(failure, number, retries.delayMs)
    const worthwhile = repeatable && isTransient(failure) && Date.now() + delayMs < untilMs
    if (!worthwhile || !(vital || (number < retries.attempts && budget.spend()))) throw failure
    await pause(delayMs, signal)
  }
}

/** When there is none to be had, what an earlier attempt may have done is the more important news. */
async function tokenOf(
  connection: Connection,
  auth: Auth,
  signal: AbortSignal | undefined,
  rejected: string | undefined,
  failure: CallError | undefined,
): Promise<string | undefined> {
  try {
    return await within(signal, auth.token(connection, rejected))
  } catch (error) {
    signal?.throwIfAborted()
    throw failure?.mayHaveHappened ? failure : error
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
  readonly consistency: readonly string[]
  readonly type: string | undefined
}): Headers {
  const headers = new Headers({ accept: 'application/json' })
  if (values.token !== undefined) headers.set('authorization', `Bearer ${values.token}`)
  if (values.idempotencyKey !== undefined) headers.set('idempotency-key', values.idempotencyKey)
  if (values.ifMatch !== undefined) headers.set('if-match', values.ifMatch)
  if (values.consistency.length > 0) headers.set('rowhouse-consistency', values.consistency.join(', '))
  if (values.type !== undefined) headers.set('content-type', values.type)
  return headers
}
