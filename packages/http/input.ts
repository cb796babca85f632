/**
 * One object from all that comes in. A JSON pointer in an error points into that object, whatever part of the request
 * the field came in: `/id` of the path, `/limit` of the query, `/customer/email` of the body. No name stands in two parts.
 */
import type { IncomingMessage } from 'node:http'
import type { FieldProblem } from '@rowhouse/kernel'
import type { z } from 'zod'
import { checkContentType, hasBody, readBody } from './body.ts'
import type { Contract, JsonSchema } from './contract.ts'
import { httpErrors } from './errors.ts'
import { hazard, parseJson, pointerToken } from './json.ts'
import { parseQuery } from './query.ts'

export interface BodyLimits {
  readonly jsonBytes: number
  /** For operations that take a media type of their own. */
  readonly rawBytes: number
}

type Fields = Record<string, unknown>

export interface Input {
  readonly value: unknown
  /** The body as it came. */
  readonly bytes: Uint8Array
}

/** @throws http.invalid_request, http.unsupported_media_type, http.payload_too_large */
export async function readInput(
  contract: Contract,
  request: { readonly raw: IncomingMessage; readonly path: Fields; readonly query: string },
  limits: BodyLimits,
): Promise<Input> {
  const { accepts } = contract.operation
  const query = parseQuery(request.query)
  if (contract.otherFieldsIn === 'query') {
    if (hasBody(request.raw)) refuse({ pointer: '', detail: `${contract.operation.method} takes no body` })
    refuse(hazard(query))
    return { value: validInput(contract, typed(contract, query), request.path), bytes: nothing }
  }
  refuse(
    ...Object.keys(query).map((name) => ({ pointer: `/${pointerToken(name)}`, detail: 'Not accepted in the query' })),
  )
  if (accepts !== undefined) {
    checkContentType(request.raw, accepts)
    const bytes = await readBody(request.raw, limits.rawBytes)
    if (bytes.length === 0) refuse({ pointer: '', detail: 'The body is empty' })
    return { value: valid(contract.input, bytes), bytes }
  }
  const bytes = await readJsonBytes(request.raw, limits.jsonBytes)
  return { value: validInput(contract, jsonObject(contract, bytes), request.path), bytes }
}

const nothing = new Uint8Array()

async function readJsonBytes(raw: IncomingMessage, limitBytes: number): Promise<Uint8Array> {
  if (!hasBody(raw)) return nothing
  checkContentType(raw, 'application/json')
  return readBody(raw, limitBytes)
}

function jsonObject(contract: Contract, bytes: Uint8Array): Fields {
  if (bytes.length === 0 && contract.otherFields.length === 0) return {}
  if (bytes.length === 0) refuse({ pointer: '', detail: 'The body is empty; a JSON object is expected' })
  const body = parseJson(bytes)
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    throw httpErrors.invalidRequest({ errors: [{ pointer: '', detail: 'The body is not a JSON object' }] })
  return body as Fields
}

function validInput(contract: Contract, fields: Fields, path: Fields): unknown {
  const twice = contract.pathFields.filter((name) => Object.hasOwn(fields, name))
  refuse(...twice.map((name) => ({ pointer: `/${name}`, detail: 'Stands in the path, and nowhere else' })))
  refuse(hazard(path))
  return valid(contract.input, { ...fields, ...typed(contract, path) })
}

function valid(schema: z.ZodType, value: unknown): unknown {
  const result = schema.safeParse(value)
  if (result.success) return result.data
  throw httpErrors.invalidRequest({ errors: fieldProblems(result.error.issues) })
}

/** At most 50: the answer to a hostile body stays small. */
function fieldProblems(issues: readonly z.core.$ZodIssue[]): FieldProblem[] {
  const problems = issues.flatMap((issue): FieldProblem[] => {
    const pointer = issue.path.map((name) => `/${pointerToken(String(name))}`).join('')
    if (issue.code !== 'unrecognized_keys') return [{ pointer, detail: issue.message }]
    const names = issue.keys.slice(0, 50)
    return names.map((name) => ({ pointer: `${pointer}/${pointerToken(name)}`, detail: 'Unknown field' }))
  })
  return problems.slice(0, 50)
}

/** Path and query hold text: what the schema wants as a number or boolean becomes one, if it is written as one. */
function typed({ fieldSchemas }: Contract, fields: Fields): Fields {
  const entries = Object.entries(fields).map(([name, text]) => {
    const schema = Object.hasOwn(fieldSchemas, name) ? fieldSchemas[name] : undefined
    return [name, typeof text === 'string' && schema ? typedValue(text, schema) : text]
  })
  return Object.fromEntries(entries)
}

function typedValue(text: string, { type, items = {} }: JsonSchema): unknown {
  const types = [type].flat()
  if (types.includes('array')) return text.split(',').map((item) => typedValue(item, items))
  const isNumber = types.includes('integer') || types.includes('number')
  if (isNumber && /^-?(0|[1-9]\d{0,14})(\.\d{1,15})?$/.test(text)) return Number(text)
  if (types.includes('boolean') && (text === 'true' || text === 'false')) return text === 'true'
  return text
}

function refuse(...problems: readonly (FieldProblem | undefined)[]): void {
  const errors = problems.filter((problem) => problem !== undefined)
  if (errors.length > 0) throw httpErrors.invalidRequest({ errors })
}
