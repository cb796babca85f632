/**
 * The API as its own document describes it: every operation with the places in its input where an id can stand. What the
 * prober does follows from here, so that a new operation is probed without a word of new code.
 */

type Schema = { readonly [keyword: string]: unknown } & {
  readonly type?: string | readonly string[]
  readonly format?: string
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
  readonly items?: Schema
  readonly anyOf?: readonly Schema[]
  readonly oneOf?: readonly Schema[]
  readonly allOf?: readonly Schema[]
  readonly enum?: readonly unknown[]
  readonly $ref?: string
}

/** A field of the input, in which those of path, query and body stand together, as in the API's own problem documents. */
export interface Place {
  /** Names from the outside in; in a list, `0`. */
  readonly at: readonly string[]
  /** `text` is anybody's words. */
  readonly kind: 'id' | 'cursor' | 'email' | 'token' | 'text'
  /** The input is not valid without it. */
  readonly required: boolean
  readonly maxLength: number
}

export type Input = Readonly<Record<string, unknown>>

export interface ApiOperation {
  readonly name: string
  readonly audience: 'tenant' | 'operator' | 'public'
  readonly method: string
  /** Parameters written `{id}`. */
  readonly path: string
  /** The path's parameters. */
  readonly inPath: readonly string[]
  readonly rest: 'query' | 'body'
  readonly places: readonly Place[]
  /** Its example, with all that is optional in the query left out. */
  readonly example: Input
  /** The orders in which it lists. */
  readonly sorts: readonly string[]
  /** The body's media type; undefined without a body. */
  readonly accepts: string | undefined
  /** Headers that it describes, in lower case. */
  readonly headers: readonly string[]
  /** Whether a URL's path, with or without its query, is this operation's. */
  matches(path: string): boolean
}

interface Parameter {
  readonly $ref?: string
  readonly name: string
  readonly in: 'path' | 'query' | 'header'
  readonly required?: boolean
  readonly schema: Schema
  readonly example?: unknown
}

interface Described {
  readonly operationId: string
  readonly security?: readonly unknown[]
  readonly parameters?: readonly Parameter[]
  readonly requestBody?: { readonly content: Readonly<Record<string, { schema: Schema; example?: unknown }>> }
}

export interface ApiDocument {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Described>>>>
  readonly components: {
    readonly schemas: Readonly<Record<string, Schema>>
    readonly parameters?: Readonly<Record<string, Parameter>>
  }
}

export function operationsOf(document: ApiDocument, audience: 'tenant' | 'operator'): ApiOperation[] {
  const { schemas, parameters: shared = {} } = document.components
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, described]): ApiOperation => {
      const { operationId: name, security, requestBody } = described
      const parameters = (described.parameters ?? []).map((parameter) =>
        parameter.$ref ? shared[parameter.$ref.split('/').at(-1)!]! : parameter,
      )
      const [accepts, content] = Object.entries(requestBody?.content ?? {})[0] ?? []
      const isJson = accepts === 'application/json'
      const inPath = parameters.filter((parameter) => parameter.in === 'path')
      const inQuery = parameters.filter((parameter) => parameter.in === 'query')
      const fields = [...inPath, ...inQuery].flatMap(({ name, schema, required = false }) =>
        placesIn(schema, [name], required, schemas),
      )
      const pattern = new RegExp(`^${path.replaceAll('.', String.raw`\.`).replaceAll(/\{\w+\}/g, '[^/?]+')}(\\?|$)`)
      const needed = [...inPath, ...inQuery.filter(({ required }) => required)]
      return {
        name,
        audience: security?.length === 0 ? 'public' : audience,
        method: method.toUpperCase(),
        path,
        inPath: inPath.map(({ name }) => name),
        rest: method === 'get' || method === 'delete' ? 'query' : 'body',
        places: [...fields, ...(isJson ? placesIn(content!.schema, [], true, schemas) : [])],
        example: {
          ...Object.fromEntries(needed.map(({ name, example }) => [name, example])),
          ...(isJson ? (content!.example as Input) : {}),
        },
        sorts: (inQuery.find(({ name }) => name === 'sort')?.schema.enum ?? []) as string[],
        accepts,
        headers: parameters.filter((parameter) => parameter.in === 'header').map(({ name }) => name.toLowerCase()),
        matches: (asked) => pattern.test(asked),
      }
    }),
  )
}

/** Every place below a schema that takes an id, a cursor, an address, a token or free words. */
function placesIn(
  schema: Schema,
  at: readonly string[],
  required: boolean,
  schemas: Readonly<Record<string, Schema>>,
  within: readonly string[] = [],
): Place[] {
  const { $ref, properties = {}, items, anyOf = [], oneOf = [], allOf = [] } = schema
  const go = (inner: Schema, to: readonly string[], isRequired: boolean, seen = within) =>
    placesIn(inner, to, isRequired, schemas, seen)
  if ($ref !== undefined) {
    const name = $ref.split('/').at(-1)!
    return within.includes(name) ? [] : go(schemas[name]!, at, required, [...within, name])
  }
  const kind = kindOf(schema, at.at(-1) ?? '')
  return [
    ...(kind ? [{ at, kind, required, maxLength: Number(schema['maxLength'] ?? Infinity) }] : []),
    ...Object.entries(properties).flatMap(([name, field]) =>
      go(field, [...at, name], required && (schema.required ?? []).includes(name)),
    ),
    ...(items ? go(items, [...at, '0'], false) : []),
    ...[...anyOf, ...oneOf, ...allOf].flatMap((option) => go(option, at, required)),
  ]
}

function kindOf(schema: Schema, name: string): Place['kind'] | undefined {
  if (![schema.type].flat().includes('string') || schema.enum || schema['const'] !== undefined) return undefined
  if (schema.format === 'uuid' || /(^id|Ids?|_ids?)$/.test(name)) return 'id'
  if (name === 'cursor') return 'cursor'
  if (schema.format === 'email' || name === 'email') return 'email'
  if (/token|code$|secret/i.test(name)) return 'token'
  return schema.format === undefined && schema['pattern'] === undefined ? 'text' : undefined
}

export const pointerOf = (place: Place): string => place.at.map((name) => `/${name}`).join('')

/** A copy of the input with a value at a place; `alone` empties what is around it. `undefined` takes it out. */
export function put(input: Input, [name, ...rest]: readonly string[], value: unknown, alone = false): Input {
  if (name === undefined) return input
  const inner = rest.length === 0 ? value : putWithin(input[name], rest, value, alone)
  const { [name]: _, ...others } = input
  return inner === undefined ? others : { ...others, [name]: inner }
}

function putWithin(outer: unknown, at: readonly string[], value: unknown, alone: boolean): unknown {
  if (at[0] === '0') return at.length === 1 ? [value] : [putWithin(undefined, at.slice(1), value, alone)]
  return put(alone || typeof outer !== 'object' || outer === null ? {} : (outer as Input), at, value, alone)
}

export const valueAt = (input: Input, at: readonly string[]): unknown =>
  at.reduce<unknown>((outer, name) => (outer as Input | undefined)?.[name], input)
