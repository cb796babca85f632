/** The part of the OpenAPI document that says what an operation answers. */
import { type ErrorCode, RowhouseError } from '@rowhouse/kernel'
import type { Contract } from './contract.ts'
import { httpErrors } from './errors.ts'
import { exampleOf } from './example.ts'
import { givesEntityTag } from './openapi-headers.ts'
import { problemMediaType, problemOf } from './problem.ts'
import type { SchemaBook } from './schemas.ts'

const reference = (name: string) => ({ $ref: `#/components/${name}` })
const problem = reference('schemas/Problem')
const entityTagHeader = { ETag: reference('headers/EntityTag') }
const requestIdHeader = { 'X-Request-Id': reference('headers/RequestId') }

export function responsesOf(contract: Contract, book: SchemaBook): Record<string, unknown> {
  const byStatus = Map.groupBy(errorsOf(contract), ({ definition }) => definition.status)
  const failures = [...byStatus].map(([status, codes]) => [String(status), failure(codes)])
  const unchanged = contract.operation.method === 'GET' ? [['304', reference('responses/Unchanged')]] : []
  const entries = [[String(contract.operation.status), success(contract, book)], ...unchanged, ...failures]
  return { ...Object.fromEntries(entries), default: reference('responses/Other') }
}

/** Every code that the operation can answer with. */
export function errorsOf({ operation, otherFields, otherFieldsIn, fieldSchemas }: Contract): ErrorCode[] {
  const mayHaveBody = otherFieldsIn === 'body' && (otherFields.length > 0 || operation.accepts !== undefined)
  const codes = [
    httpErrors.invalidRequest,
    ...('cursor' in fieldSchemas ? [httpErrors.invalidCursor] : []),
    ...(operation.audience === 'public' ? [] : [httpErrors.unauthenticated]),
    ...(operation.permission === null ? [] : [httpErrors.forbidden]),
    httpErrors.notFound,
    ...(operation.conditional ? [httpErrors.preconditionFailed] : []),
    ...(operation.runOnce ? [httpErrors.idempotencyInFlight, httpErrors.idempotencyKeyReused] : []),
    ...(mayHaveBody ? [httpErrors.payloadTooLarge, httpErrors.unsupportedMediaType] : []),
    ...operation.errors,
    httpErrors.internal,
    httpErrors.unavailable,
  ]
  return [...new Map(codes.map((code) => [code.code, code])).values()]
}

function success({ operation }: Contract, book: SchemaBook): unknown {
  const about = { 200: 'Done.', 201: 'Made.', 204: 'Done; there is nothing to say.' }[operation.status]
  const headers = {
    ...requestIdHeader,
    ...(givesEntityTag(operation) ? entityTagHeader : {}),
    ...(operation.runOnce ? { 'Idempotency-Replayed': reference('headers/Replayed') } : {}),
    ...(operation.consistent ? { 'Rowhouse-Consistency': reference('headers/Consistency') } : {}),
  }
  if (operation.status === 204) return { description: about, headers }
  const schema = book.schema(operation.output, 'output')
  const example = exampleOf(schema, book.components)
  return { description: about, headers, content: { 'application/json': { schema, example } } }
}

/** The server's own errors are written once; where an operation adds codes of its own to a status, all are listed. */
function failure(codes: readonly ErrorCode[]): unknown {
  const [only] = codes
  const name = codes.length === 1 ? sharedName(only) : undefined
  return name === undefined ? describeFailure(codes) : reference(`responses/${name}`)
}

const shared = new Map<string | undefined, string>(
  Object.entries(httpErrors).map(([name, { code }]) => [code, name[0]?.toUpperCase() + name.slice(1)]),
)
const sharedName = (code: ErrorCode | undefined) => shared.get(code?.code)

/** `components.responses`, for the codes that stand alone under their status in one of these operations. */
export function sharedResponses(contracts: readonly Contract[]): Record<string, unknown> {
  const responses: Record<string, unknown> = {}
  for (const contract of contracts)
    for (const codes of Map.groupBy(errorsOf(contract), ({ definition }) => definition.status).values()) {
      const name = codes.length === 1 ? sharedName(codes[0]) : undefined
      if (name !== undefined) responses[name] = describeFailure(codes)
    }
  const rare = [httpErrors.methodNotAllowed, httpErrors.requestTimeout, httpErrors.headersTooLarge]
  if (contracts.some(({ operation }) => operation.method === 'GET')) {
    const description = 'The answer is still the one that `If-None-Match` names.'
    responses['Unchanged'] = { description, headers: { ...requestIdHeader, ...entityTagHeader } }
  }
  return { ...responses, Other: { ...describeFailure(rare), description: 'Any other failure.' } }
}

function describeFailure(codes: readonly ErrorCode[]) {
  const examples = codes.map((code) => [code.code, { summary: code.definition.title, value: problemExample(code) }])
  const isOf = (status: number) => codes.every(({ definition }) => definition.status === status)
  const mayRetry = codes.some(({ definition }) => definition.retryAfterS !== undefined)
  return {
    description: [...new Set(codes.map(({ definition }) => `${definition.title}.`))].join(' '),
    headers: {
      ...requestIdHeader,
      ...(isOf(401) ? { 'WWW-Authenticate': reference('headers/Challenge') } : {}),
      ...(mayRetry ? { 'Retry-After': reference('headers/RetryAfter') } : {}),
    },
    content: { [problemMediaType]: { schema: problem, examples: Object.fromEntries(examples) } },
  }
}

function problemExample(code: ErrorCode): unknown {
  const errors = fieldExamples[code.code]
  const error = new RowhouseError(code.code, code.definition, errors === undefined ? {} : { errors: [errors] })
  return problemOf(error, '0198c7a0-7f3b-7c1e-9d4a-5b6c7d8e9f02')
}

const fieldExamples: Readonly<Record<string, { readonly pointer: string; readonly detail: string }>> = {
  'http.invalid_request': { pointer: '/field', detail: 'Unknown field' },
  'http.invalid_cursor': { pointer: '/cursor', detail: 'Not a cursor that this list gave out' },
  'http.payload_too_large': { pointer: '', detail: 'The body is larger than 1048576 bytes' },
}
