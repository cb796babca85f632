/** The part of the OpenAPI document that says which headers an operation takes and gives. */
import type { Operation } from './operation.ts'

const reference = (name: string) => ({ $ref: `#/components/${name}` })

/** Those that an operation takes, as references to components. */
export const headerParameters = (operation: Operation) =>
  takenBy(operation).map((name) => reference(`parameters/${name}`))

/** `components.parameters`, for the headers that one of these operations takes. */
export function sharedParameters(operations: readonly Operation[]): Record<string, unknown> {
  const taken = new Set(operations.flatMap(takenBy))
  return Object.fromEntries(Object.entries(parameters).filter(([name]) => taken.has(name as Taken)))
}

type Taken = keyof typeof parameters

const takenBy = ({ method, conditional, consistent, runOnce }: Operation): Taken[] => [
  ...(method === 'GET' ? (['IfNoneMatch'] as const) : []),
  ...(conditional ? (['IfMatch'] as const) : []),
  ...(method !== 'GET' && runOnce ? (['IdempotencyKey'] as const) : []),
  ...(consistent ? (['Consistency'] as const) : []),
]

export const givesEntityTag = ({ method, etag = method === 'GET' }: Operation): boolean => etag

/** `components.headers`. */
export function sharedHeaders(operations: readonly Operation[]): Record<string, unknown> {
  const { Replayed, Consistency, ...others } = headers
  return {
    ...others,
    ...(operations.some(({ runOnce }) => runOnce) ? { Replayed } : {}),
    ...(operations.some(({ consistent }) => consistent) ? { Consistency } : {}),
  }
}

const headers = {
  RequestId: { description: "The request's id.", required: true, schema: { type: 'string', format: 'uuid' } },
  RetryAfter: { description: 'Seconds after which to try again.', schema: { type: 'integer', minimum: 1 } },
  Challenge: { description: 'How to authenticate (RFC 6750).', schema: { type: 'string', const: 'Bearer' } },
  EntityTag: {
    description: 'The state that the answer shows (RFC 9110, 8.8.3): another one has another tag.',
    schema: { type: 'string' },
  },
  Replayed: {
    description: 'The answer is the one that an earlier request with this Idempotency-Key had.',
    schema: { type: 'string', const: 'true' },
  },
  Consistency: {
    description:
      'Where the reads of a platform with replicas are in the history of your data. Send it with your next request: what you have done and seen will be there.',
    schema: { type: 'string' },
  },
}

const parameters = {
  IfMatch: {
    name: 'If-Match',
    in: 'header',
    description:
      'Entity tags of the states that the change is meant for; `*` for any. In another state nothing is done: 412.',
    schema: { type: 'string' },
  },
  IfNoneMatch: {
    name: 'If-None-Match',
    in: 'header',
    description: 'Entity tags of the answers that you have: one that is still right is not sent again, but 304.',
    schema: { type: 'string' },
  },
  IdempotencyKey: {
    name: 'Idempotency-Key',
    in: 'header',
    description:
      'A name for this request, best a random UUID. Sent again with the same name it has no second effect, but the first answer.',
    schema: { type: 'string', minLength: 1, maxLength: 200 },
  },
  Consistency: {
    name: 'Rowhouse-Consistency',
    in: 'header',
    description:
      'The header of this name in the last answer that you had; of answers that crossed, up to 16 with commas between.',
    schema: { type: 'string' },
  },
}
