/** What the server and the OpenAPI document both need to know of an operation, worked out once when it is mounted. */
import { z } from 'zod'
import type { Operation } from './operation.ts'

/** A JSON Schema, as Zod writes it (draft 2020-12). */
export interface JsonSchema {
  readonly type?: string | readonly string[]
  readonly properties?: Readonly<Record<string, JsonSchema>>
  readonly required?: readonly string[]
  readonly additionalProperties?: JsonSchema | boolean
  readonly items?: JsonSchema
  readonly prefixItems?: readonly JsonSchema[]
  readonly anyOf?: readonly JsonSchema[]
  readonly oneOf?: readonly JsonSchema[]
  readonly allOf?: readonly JsonSchema[]
  readonly $ref?: string
  readonly $defs?: Readonly<Record<string, JsonSchema>>
  readonly [keyword: string]: unknown
}

export interface Contract {
  readonly operation: Operation
  /** With the audience's prefix, parameters written `:id`. */
  readonly url: string
  /** The operation's input, refusing unknown fields. */
  readonly input: z.ZodType
  /** Names of the path's parameters. */
  readonly pathFields: readonly string[]
  /** The other fields, of the query or the body. Empty when the body is bytes. */
  readonly otherFields: readonly string[]
  readonly otherFieldsIn: 'query' | 'body'
  /** JSON Schema of each input field, with references resolved one level deep. */
  readonly fieldSchemas: Readonly<Record<string, JsonSchema>>
}

export const prefixes = { tenant: '/api/v1', operator: '/operator/v1', public: '' } as const

/**
 * @throws Error when the operation's input is not an object, lets unknown fields through somewhere inside, or does not
 *   have the path's parameters, or when what comes in or goes out is not JSON (a Date is not): mistakes in the module, found before the server starts
 */
export function contractOf(operation: Operation): Contract {
  const pathFields = operation.path.split('/').flatMap((part) => (part.startsWith(':') ? [part.slice(1)] : []))
  const url = prefixes[operation.audience] + operation.path
  const otherFieldsIn = operation.method === 'GET' || operation.method === 'DELETE' ? 'query' : 'body'
  jsonSchema(operation, operation.output, 'output')
  const common = { operation, url, pathFields, otherFieldsIn } as const

  if (operation.accepts !== undefined) {
    if (pathFields.length > 0 || otherFieldsIn === 'query')
      throw new Error(
        `${operation.name}: with \`accepts\` the input is the body: it needs POST, PUT or PATCH, and no parameters`,
      )
    return { ...common, input: operation.input, otherFields: [], fieldSchemas: {} }
  }

  if (!(operation.input instanceof z.ZodObject)) throw new Error(`${operation.name}: the input must be a z.object`)
  // `strict` makes a new type, without what was said of the old one. Its name stays behind: parameters are no component.
  const { id: _, ...about } = operation.input.meta() ?? {}
  const input = operation.input.strict().meta(about)
  const schema = jsonSchema(operation, input, 'input')
  const open = openObject(schema, '')
  if (open !== undefined)
    throw new Error(`${operation.name}: input${open} lets unknown fields through: use z.strictObject`)
  const fieldSchemas = Object.fromEntries(
    Object.entries(schema.properties ?? {}).map(([name, field]) => [name, resolved(field, schema)]),
  )
  const missing = pathFields.find((name) => !(name in fieldSchemas))
  if (missing !== undefined) throw new Error(`${operation.name}: the path's :${missing} is not a field of the input`)
  const otherFields = Object.keys(fieldSchemas).filter((name) => !pathFields.includes(name))
  return { ...common, input, otherFields, fieldSchemas }
}

function jsonSchema({ name }: Operation, type: z.ZodType, io: 'input' | 'output'): JsonSchema {
  try {
    return z.toJSONSchema(type, { io }) as JsonSchema
  } catch (error) {
    throw new Error(`${name}: the ${io} is not JSON: ${String(error)}`, { cause: error })
  }
}

/** The place of the first object that ignores what it does not know. A record or a loose object says so on purpose. */
function openObject(schema: JsonSchema, place: string): string | undefined {
  if (schema.properties !== undefined && schema.additionalProperties === undefined) return place
  const inner: [string, JsonSchema][] = [
    ...Object.entries(schema.properties ?? {}).map(([name, field]): [string, JsonSchema] => [
      `${place}.${name}`,
      field,
    ]),
    ...Object.entries(schema.$defs ?? {}),
    ...[schema.items, schema.additionalProperties, ...(schema.prefixItems ?? [])].flatMap(
      (item): [string, JsonSchema][] => (typeof item === 'object' ? [[`${place}[]`, item]] : []),
    ),
    ...[...(schema.anyOf ?? []), ...(schema.oneOf ?? [])].map((option): [string, JsonSchema] => [place, option]),
  ]
  for (const [at, part] of inner) {
    const found = openObject(part, at)
    if (found !== undefined) return found
  }
  return undefined
}

const resolved = (schema: JsonSchema, root: JsonSchema): JsonSchema => {
  const name = schema.$ref?.replace('#/$defs/', '')
  return (name === undefined ? undefined : root.$defs?.[name]) ?? schema
}
