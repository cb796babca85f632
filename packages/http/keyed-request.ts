/** Requests with an `Idempotency-Key` (draft-ietf-httpapi-idempotency-key-header): sent again, they have had their effect. */
import { createHash } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { RowhouseError } from '@rowhouse/kernel'
import type { Answer } from './answer.ts'
import { httpErrors } from './errors.ts'
import type { Caller } from './operation.ts'
import { problemAnswer, publicError } from './problem.ts'

/** What whoever keeps answers must know of a request, and how its answers are made. */
export interface KeyedRequest {
  /** SHA-256 of the actor and the key: the keys of two actors never meet. */
  readonly keyHash: Buffer
  /** SHA-256 of all that is asked: two requests with one key must agree in it. */
  readonly requestHash: Buffer
  /** The answer to what the operation gave. */
  answer(result: unknown): Answer
  /** The answer to what it threw; null for what must not be kept, because it may go another way the next time. */
  refusal(error: unknown): Answer | null
}

export interface KeptAnswer extends Answer {
  /** Another request with this key had it first. */
  readonly replayed: boolean
}

/** @throws http.invalid_request when the header is not 1 to 200 characters of printable ASCII */
export function idempotencyKey({ headers }: Pick<IncomingMessage, 'headers'>): string | undefined {
  const key = headers['idempotency-key']
  if (key === undefined) return undefined
  if (typeof key === 'string' && /^[\x20-\x7e]{1,200}$/.test(key)) return key
  throw httpErrors.invalidRequest({ detail: '`Idempotency-Key` must be 1 to 200 characters of printable ASCII.' })
}

export const keyHash = (caller: Caller, key: string): Buffer => digest([actorOf(caller), key])

/** The conditions are a part of what is asked: with another `If-Match` it is another request. */
export const requestHash = (operation: string, { url = '', headers }: IncomingMessage, body: Uint8Array): Buffer =>
  digest([operation, url, headers['if-match'] ?? '', headers['if-none-match'] ?? '', body])

/** A refusal of the command itself will be the same again: it had valid input, and a caller who may. */
export function refusalOf(error: unknown, requestId: string): Answer | null {
  const told = publicError(error)
  return isFinal(told) ? problemAnswer(told, requestId) : null
}

const isFinal = ({ status }: RowhouseError) => status >= 400 && status < 500 && !passing.has(status)

/** Signed in again, given the permission, or a little later, the same request may be welcome. */
const passing = new Set([401, 403, 408, 429])

/** A member is one actor in all of their sessions. */
const actorOf = ({ kind, id, memberId }: Caller) => `${kind}:${kind === 'member' ? memberId : id}`

/** Each part with its length, so that no two lists of parts read alike. */
function digest(parts: readonly (string | Uint8Array)[]): Buffer {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(`${Buffer.byteLength(part)}:`).update(part)
  return hash.digest()
}
