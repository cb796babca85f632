/** One request and what comes of it. */
import type { Connection } from './connection.ts'
import { ApiError, type CallError, NoAnswer } from './errors.ts'
import { rememberEtag } from './etags.ts'
import type { Bytes } from './operation.ts'

export interface Outgoing {
  /** The operation's. */
  readonly name: string
  readonly method: string
  readonly url: string
  readonly headers: Headers
  readonly body?: Bytes
  /** Of this call's attempts, from 1. */
  readonly number: number
  readonly limitMs: number
  readonly signal: AbortSignal | undefined
  /** Hears of the headers of an answer, whatever it says. */
  readonly onHeaders: (headers: Headers) => void
}

/**
 * @returns the answer's JSON, undefined where there is nothing to say; or what went wrong
 * @throws the reason of the caller's signal
 */
export async function attempt(
  connection: Connection,
  outgoing: Outgoing,
): Promise<{ readonly result: unknown } | CallError> {
  const startedAtMs = Date.now()
  let answer: Response | undefined
  try {
    answer = await request(connection, outgoing)
    outgoing.onHeaders(answer.headers)
    return { result: await resultOf(answer) }
  } catch (error) {
    outgoing.signal?.throwIfAborted()
    return error instanceof ApiError ? error : new NoAnswer(error)
  } finally {
    const { name: operation, number, headers } = outgoing
    connection.onAttempt({
      operation,
      number,
      status: answer?.status,
      durationMs: Date.now() - startedAtMs,
      idempotencyKey: headers.get('idempotency-key') ?? undefined,
      isReplayed: answer?.headers.get('idempotency-replayed') === 'true',
    })
  }
}

function request({ origin, fetch }: Connection, { url, method, headers, body, limitMs, signal }: Outgoing) {
  const limit = AbortSignal.timeout(Math.max(0, limitMs))
  return fetch(origin + url, {
    method,
    headers,
    ...(body === undefined ? {} : { body }),
    signal: signal ? AbortSignal.any([signal, limit]) : limit,
    // The token is all that we show, and only to the origin that we were told.
    credentials: 'omit',
    redirect: 'error',
    cache: 'no-store',
  })
}

async function resultOf(answer: Response): Promise<unknown> {
  const text = await answer.text()
  if (!answer.ok) throw new ApiError(answer, problemOf(answer, text))
  const result = text === '' ? undefined : JSON.parse(text)
  rememberEtag(result, answer.headers.get('etag'))
  return result
}

/** Empty when what answered was not the API. */
function problemOf(answer: Response, text: string): object {
  if (!answer.headers.get('content-type')?.startsWith('application/problem+json')) return {}
  try {
    return JSON.parse(text)
  } catch {
    return {}
  }
}
