/** Sends a command until its outcome is known, to whichever node is alive. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Fleet } from './fleet.ts'

export interface Sending {
  readonly method: string
  /** Whole. */
  readonly path: string
  readonly bearer?: string
  /** Text is a mail, anything else is sent as JSON. */
  readonly body?: unknown
  /** Idempotency-Key. */
  readonly key?: string
  /** Rowhouse-Consistency. */
  readonly consistency?: string | undefined
}

export interface Answer {
  readonly status: number
  readonly body: string
  /** Rowhouse-Consistency, where there are replicas. */
  readonly consistency?: string
}

export interface Outcome {
  /** Undefined when it is still unknown. */
  readonly answer: Answer | undefined
  /** How many times it was sent. */
  readonly sent: number
}

/**
 * Three outcomes: it is done (2xx), it was refused (4xx), or nobody knows, since the answer was lost or the server did not
 * know either (5xx). What is unknown is sent again under its key until it is known.
 */
export async function settle(
  fleet: Pick<Fleet, 'origin' | 'signal'>,
  sending: Sending,
  patienceMs = 60_000,
): Promise<Outcome> {
  const deadline = performance.now() + patienceMs
  for (let sent = 1; ; sent += 1) {
    const answer = await send(await fleet.origin(), sending)
    if (answer && isKnown(answer)) return { answer, sent }
    if (performance.now() > deadline || fleet.signal.aborted) return { answer: undefined, sent }
    await sleep(Math.min(20 * sent, 250))
  }
}

const isKnown = ({ status, body }: Answer) =>
  status < 500 && status !== 429 && !(status === 409 && body.includes('in_flight'))

/** Undefined when there was no answer, or not a whole one. */
async function send(origin: string, sending: Sending): Promise<Answer | undefined> {
  const { method, path, bearer, body, key, consistency } = sending
  try {
    const response = await fetch(origin + path, {
      method,
      headers: {
        ...(bearer !== undefined && { authorization: `Bearer ${bearer}` }),
        ...(body !== undefined && { 'content-type': typeof body === 'string' ? 'message/rfc822' : 'application/json' }),
        ...(key !== undefined && { 'idempotency-key': key }),
        ...(consistency !== undefined && { 'rowhouse-consistency': consistency }),
      },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      signal: AbortSignal.timeout(20_000),
    })
    const told = response.headers.get('rowhouse-consistency')
    return { status: response.status, body: await response.text(), ...(told !== null && { consistency: told }) }
  } catch {
    return undefined
  }
}
