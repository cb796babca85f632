/** Reads the operations of an OpenAPI document that packages/http wrote. */
import type { Operation } from '@rowhouse/client'
import type { Field, Schema } from './schema-types.ts'

export interface OpenApi {
  readonly paths: Readonly<Record<string, Readonly<Record<string, PathOperation>>>>
  readonly components: {
    readonly schemas: Readonly<Record<string, Schema>>
    readonly responses: Readonly<Record<string, Response>>
    readonly parameters?: Readonly<Record<string, Parameter>>
  }
}

interface Parameter {
  readonly name: string
  readonly in: string
  readonly required?: boolean
  readonly description?: string
  readonly schema: Schema
}

interface Reference {
  readonly $ref: string
}

interface Response {
  readonly content?: Readonly<Record<string, { readonly schema: Schema; readonly examples?: Record<string, unknown> }>>
}

interface PathOperation {
  readonly operationId: string
  readonly summary: string
  readonly description?: string
  readonly security?: readonly unknown[]
  readonly parameters?: readonly (Parameter | Reference)[]
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: Schema }>> }
  readonly responses: Readonly<Record<string, Response | Reference>>
}

/** What the client's file says of an operation. */
export interface OpenApiOperation {
  readonly name: string
  /** Where it is in the client: `['apiKeys', 'revoke']`. */
  readonly words: readonly string[]
  readonly summary: string
  readonly description: string | undefined
  /** Of path, query and body together; undefined when nothing goes in, or bytes do. */
  readonly fields: readonly Field[] | undefined
  readonly inputName: string
  /** Undefined when there is nothing to say. */
  readonly output: Schema | undefined
  readonly codes: readonly Failure[]
  /** Those that not every operation has. */
  readonly ownCodes: readonly Failure[]
  /** Takes `If-Match`. */
  readonly isGuarded: boolean
  readonly entry: Operation
}

interface Failure {
  readonly code: string
  readonly status: number
}

export const operationsOf = (document: OpenApi): OpenApiOperation[] =>
  Object.entries(document.paths)
    .flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => read(document, path, method.toUpperCase(), operation)),
    )
    .toSorted((one, other) => (one.name < other.name ? -1 : 1))

function read(document: OpenApi, path: string, method: string, operation: PathOperation): OpenApiOperation {
  const { operationId: name, summary, description, requestBody } = operation
  const parameters = (operation.parameters ?? []).map((parameter) => resolved(document, parameter))
  const headers = parameters.filter((parameter) => parameter.in === 'header').map((header) => header.name.toLowerCase())
  const [mediaType, body] = Object.entries(requestBody?.content ?? {})[0] ?? []
  const accepts = mediaType === 'application/json' ? undefined : mediaType
  const fields = [
    ...parameters.filter((parameter) => parameter.in !== 'header').map(fieldOf),
    ...(accepts === undefined && body ? fieldsOf(body.schema) : []),
  ]
  const success = Object.entries(operation.responses).find(([status]) => status.startsWith('2'))![1]
  const output = resolved(document, success).content?.['application/json']?.schema
  const isPaged = fields.some((field) => field.name === 'cursor') && output?.properties?.['nextCursor'] !== undefined
  const codes = codesOf(document, operation)
  const words = name.split('.').map(camelCase)
  return {
    name,
    words,
    summary,
    description,
    fields: fields.length > 0 ? fields : undefined,
    inputName: `${words.map((word) => word[0]!.toUpperCase() + word.slice(1)).join('')}Input`,
    output,
    codes,
    ownCodes: codes.filter(({ code }) => !/^(http|tenancy)\./.test(code)),
    isGuarded: headers.includes('if-match'),
    entry: {
      method: method as Operation['method'],
      path,
      ...(accepts === undefined ? {} : { accepts }),
      ...(isPaged ? { paged: true } : {}),
      ...(headers.includes('idempotency-key') ? { keyed: true } : {}),
      ...(operation.security?.length === 0 ? { public: true } : {}),
    },
  }
}

const fieldOf = ({ name, required = false, description, schema }: Parameter): Field => ({
  name,
  required,
  schema: description === undefined ? schema : { ...schema, description },
})

const fieldsOf = ({ properties = {}, required = [] }: Schema): Field[] =>
  Object.entries(properties).map(([name, schema]) => ({ name, required: required.includes(name), schema }))

function codesOf(document: OpenApi, { responses }: PathOperation): Failure[] {
  return Object.entries(responses).flatMap(([status, response]) => {
    const examples = resolved(document, response).content?.['application/problem+json']?.examples ?? {}
    return Object.keys(examples).map((code) => ({ code, status: Number(status) }))
  })
}

function resolved<Part extends object>({ components }: OpenApi, part: Part | Reference): Part {
  if (!('$ref' in part)) return part
  const [, , kind, name] = part.$ref.split('/') as [string, string, 'responses' | 'parameters', string]
  return components[kind]![name] as unknown as Part
}

const camelCase = (word: string) => word.replaceAll(/-(\w)/g, (_, letter: string) => letter.toUpperCase())
