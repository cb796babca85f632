import { z } from 'zod'
import type { JsonSchema } from './contract.ts'

export interface SchemaBook {
  /** The schema, with what has a name as a reference to a component. */
  schema(type: z.ZodType, io: 'input' | 'output'): JsonSchema
  /** Every named schema that was referred to. */
  readonly components: Readonly<Record<string, JsonSchema>>
}

/**
 * JSON Schemas of Zod types for one document. A type with `.meta({ id })` is written once, as a component. Where what
 * comes in differs from what goes out (a default, an unknown field), the former is called `<id>Input`.
 */
export function createSchemaBook(
  types: readonly { readonly type: z.ZodType; readonly io: 'input' | 'output' }[],
): SchemaBook {
  const texts = { input: new Map<string, string>(), output: new Map<string, string>() }
  for (const { type, io } of types)
    for (const [id, schema] of Object.entries(convert(type, io).$defs ?? {})) texts[io].set(id, JSON.stringify(schema))

  const components: Record<string, JsonSchema> = {}
  const nameOf = (id: string, io: 'input' | 'output') => {
    const [input, output] = [texts.input.get(id), texts.output.get(id)]
    const same = input === undefined || output === undefined || (input === output && !input.includes('$ref'))
    return io === 'output' || same ? id : `${id}Input`
  }

  function schema(type: z.ZodType, io: 'input' | 'output'): JsonSchema {
    const { $schema: _, $defs = {}, ...root } = convert(type, io)
    const renamed = (part: JsonSchema) =>
      JSON.parse(JSON.stringify(part), (key, value: unknown) =>
        key === '$ref' && typeof value === 'string'
          ? `#/components/schemas/${nameOf(value.replace('#/$defs/', ''), io)}`
          : value,
      ) as JsonSchema
    for (const [id, named] of Object.entries($defs)) components[nameOf(id, io)] = renamed(named)
    return renamed(root)
  }

  return { schema, components }
}

const convert = (type: z.ZodType, io: 'input' | 'output'): JsonSchema =>
  z.toJSONSchema(type, { io, override: ({ jsonSchema }) => plain(jsonSchema) }) as JsonSchema

/** Says what a reader needs once: a format stands for its pattern, and any integer is a safe one. */
function plain(schema: Record<string, unknown>): void {
  if (schema['format'] !== undefined) delete schema['pattern']
  if (schema['minimum'] === Number.MIN_SAFE_INTEGER) delete schema['minimum']
  if (schema['maximum'] === Number.MAX_SAFE_INTEGER) delete schema['maximum']
  if (typeof schema['propertyNames'] === 'object' && JSON.stringify(schema['propertyNames']) === '{"type":"string"}')
    delete schema['propertyNames']
  if (schema['example'] !== undefined) schema['examples'] = [schema['example']]
  delete schema['example']
}
