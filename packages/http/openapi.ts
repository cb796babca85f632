import { type Contract, type JsonSchema, contractOf } from './contract.ts'
import { exampleOf } from './example.ts'
import { headerParameters, sharedHeaders, sharedParameters } from './openapi-headers.ts'
import { responsesOf, sharedResponses } from './openapi-responses.ts'
import type { Operation } from './operation.ts'
import { Problem } from './problem.ts'
import { type SchemaBook, createSchemaBook } from './schemas.ts'

export interface OpenApiOptions {
  /** Of any audience: those of `audience` are described, and in the tenants' document those for anybody. */
  readonly operations: readonly Operation[]
  readonly audience: 'tenant' | 'operator'
  readonly title: string
  /** The API's version. */
  readonly version: string
  /** Where the API is: an origin, or `/` for the document's own. */
  readonly serverUrl?: string
  /** Markdown above the document's own words on keys, errors and pages. */
  readonly description?: string
  /** A sentence on each module. */
  readonly modules?: Readonly<Record<string, string>>
}

/**
 * The OpenAPI 3.1 document of an audience: every operation with its schemas, errors, security and examples.
 *
 * @throws Error naming the operation whose example cannot be made, or is not valid input
 */
export function openApiDocument(options: OpenApiOptions): Record<string, unknown> {
  const { audience, title, version, serverUrl = '/', modules = {} } = options
  const operations = options.operations.filter((operation) => documentOf(operation) === audience)
  const contracts = operations.map(contractOf)
  const book = createSchemaBook([
    { type: Problem, io: 'output' },
    ...contracts.flatMap(({ input, operation }) => [
      ...(operation.accepts === undefined ? [{ type: input, io: 'input' as const }] : []),
      { type: operation.output, io: 'output' as const },
    ]),
  ])
  book.schema(Problem, 'output')
  const names = [...new Set(contracts.map(({ operation }) => operation.module))]
  return {
    openapi: '3.1.1',
    info: {
      title,
      version,
      description: [options.description, conventions].filter(Boolean).join('\n\n'),
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: serverUrl }],
    security: [{ key: [] }],
    tags: names.map((name) => ({ name, description: modules[name] ?? `Operations of the module ${name}.` })),
    paths: pathsOf(contracts, book),
    components: {
      securitySchemes: { key: { type: 'http', scheme: 'bearer', description: keyOf[audience] } },
      headers: sharedHeaders(operations),
      parameters: sharedParameters(operations),
      responses: sharedResponses(contracts),
      schemas: Object.fromEntries(Object.entries(book.components).toSorted(([a], [b]) => (a < b ? -1 : 1))),
    },
  }
}

const documentOf = ({ audience }: Operation) => (audience === 'operator' ? 'operator' : 'tenant')

const keyOf = {
  tenant: 'An API key of the tenant, or the access token of somebody who has signed in.',
  operator: 'A key of an operator of the platform.',
}

const conventions = `**Keys.** Send \`Authorization: Bearer <key>\`. A key belongs to one audience and, for the tenant's API, to one tenant: it sees nothing of any other.

**Errors.** Every answer of status 4xx or 5xx is a problem (RFC 9457) with a stable \`code\`. What does not exist and what you may not see are one answer: 404.
\`errors\` names invalid fields by JSON pointer into the input, in which path, query and body fields stand together. Unknown fields are refused.

**Lists.** A list gives \`items\` and \`nextCursor\`. Pass it back as \`cursor\` for the next page; it is null on the last one. \`limit\` is 1 to 100.

**Commands sent twice.** Where it is listed, \`Idempotency-Key\` makes a request safe to repeat: it takes effect once, and whoever repeats it gets the first answer, byte for byte, for 24 hours.
A key belongs to whoever sends it. With another request it is refused (422), while the first is under way too (409). An answer that holds a secret is kept for 10 minutes only; answers of class 5xx, and 401, 403 and 429, are not kept.

**Changes that meet.** A GET answers with an \`ETag\`. Send it as \`If-Match\` with a change: if anybody has changed the thing since, nothing is done (412). Send it as \`If-None-Match\` with the next GET: if nobody has, there is nothing to send (304).

**Replicas.** Where there are some, answers have a \`Rowhouse-Consistency\`. Send the last one with your next request: what you have done and seen so far will be there, whichever server answers.
Without it you read what is true at the moment, or what was true a few seconds ago where an operation says so.

**Request ids.** Every answer has \`X-Request-Id\`. An \`X-Request-Id\` of your own is kept in our log.`

function pathsOf(contracts: readonly Contract[], book: SchemaBook): Record<string, unknown> {
  const paths: Record<string, Record<string, unknown>> = {}
  for (const contract of contracts) {
    const path = contract.url.replaceAll(/:([^/]+)/g, '{$1}')
    paths[path] = { ...paths[path], [contract.operation.method.toLowerCase()]: described(contract, book) }
  }
  return paths
}

function described(contract: Contract, book: SchemaBook): unknown {
  try {
    return operationObject(contract, book)
  } catch (error) {
    throw new Error(`${contract.operation.name}: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    })
  }
}

function operationObject(contract: Contract, book: SchemaBook): unknown {
  const { name, module, summary, description, permission, audience, method, runOnce } = contract.operation
  const needs = permission === null ? undefined : `Needs the permission \`${permission.name}\`.`
  const keyless = method === 'GET' || runOnce ? undefined : 'Takes no `Idempotency-Key`.'
  const words = [description, needs, keyless].filter((text) => text !== undefined).join('\n\n')
  return {
    operationId: name,
    tags: [module],
    summary,
    ...(words === '' ? {} : { description: words }),
    ...(permission === null ? {} : { 'x-permission': permission.name }),
    ...(audience === 'public' ? { security: [] } : {}),
    ...inputOf(contract, book),
    responses: responsesOf(contract, book),
  }
}

function inputOf(contract: Contract, book: SchemaBook) {
  const { operation, pathFields, otherFields, otherFieldsIn } = contract
  const inHeaders = headerParameters(operation)
  if (operation.accepts !== undefined) {
    const example = operation.input.meta()?.['example'] ?? `(the bytes of a ${operation.accepts})`
    const content = { [operation.accepts]: { schema: { type: 'string', format: 'binary' }, example } }
    return { ...(inHeaders.length === 0 ? {} : { parameters: inHeaders }), requestBody: { required: true, content } }
  }
  const schema = book.schema(contract.input, 'input')
  const example = exampleFor(contract, schema, book)
  const inQuery = otherFieldsIn === 'query' ? otherFields : []
  const parameters = [
    ...pathFields.map((name) => parameter('path', name, schema, example)),
    ...inQuery.map((name) => parameter('query', name, schema, example)),
    ...inHeaders,
  ]
  const inBody = otherFieldsIn === 'body' && otherFields.length > 0
  return {
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(inBody ? { requestBody: body(otherFields, schema, example) } : {}),
  }
}

function parameter(place: 'path' | 'query', name: string, { properties, required }: JsonSchema, example: Fields) {
  const { description, ...schema } = properties?.[name] ?? {}
  return {
    name,
    in: place,
    required: place === 'path' || (required ?? []).includes(name),
    ...(description === undefined ? {} : { description }),
    ...(schema.type === 'array' ? { style: 'form', explode: false } : {}),
    schema,
    example: example[name],
  }
}

function body(names: readonly string[], { properties, required = [], ...others }: JsonSchema, example: Fields) {
  // The operation's own examples are of its whole input, of which the body is a part.
  const rest = Object.fromEntries(Object.entries(others).filter(([keyword]) => keyword !== 'examples'))
  const only = (fields: Fields) => Object.fromEntries(Object.entries(fields).filter(([name]) => names.includes(name)))
  const needed = required.filter((name) => names.includes(name))
  const schema = { ...rest, properties: only(properties ?? {}), ...(needed.length > 0 ? { required: needed } : {}) }
  return { required: true, content: { 'application/json': { schema, example: only(example) } } }
}

/** An example that the operation itself accepts: a document must not teach what the server refuses. */
function exampleFor({ input }: Contract, schema: JsonSchema, book: SchemaBook): Fields {
  const example = exampleOf(schema, book.components) as Fields
  const { error } = input.safeParse(example)
  const [issue] = error?.issues ?? []
  if (issue === undefined) return example
  throw new Error(`no valid example for ${issue.path.join('.')} (${issue.message}): give it .meta({ example })`)
}

type Fields = Readonly<Record<string, unknown>>
