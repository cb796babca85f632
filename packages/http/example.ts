import type { JsonSchema } from './contract.ts'

type Components = Readonly<Record<string, JsonSchema>>

/**
 * The schema's own example, or one made from its parts: the same at every run.
 *
 * @throws Error where one cannot be made (a pattern): give the field `.meta({ example })`
 */
export function exampleOf(schema: JsonSchema, components: Components, within: readonly string[] = []): unknown {
  const { examples, $ref, anyOf, oneOf, allOf } = schema
  if (Array.isArray(examples) && examples.length > 0) return examples[0] as unknown
  if (schema['const'] !== undefined) return schema['const']
  if (Array.isArray(schema['enum'])) return schema['enum'][0] as unknown
  if ($ref !== undefined) {
    const name = $ref.replace('#/components/schemas/', '')
    // A type that holds itself: the inner one is left out.
    if (within.includes(name)) return undefined
    return exampleOf(components[name] ?? {}, components, [...within, name])
  }
  const [option] = anyOf ?? oneOf ?? []
  if (option !== undefined) return exampleOf(option, components, within)
  if (allOf !== undefined)
    return Object.assign({}, ...allOf.map((part) => exampleOf(part, components, within))) as unknown
  const [type] = [schema.type ?? 'object'].flat()
  if (type === 'object') return objectExample(schema, components, within)
  if (type === 'array') return arrayExample(schema, components, within)
  if (schema['default'] !== undefined) return schema['default']
  if (type === 'string') return stringExample(schema)
  if (type === 'integer' || type === 'number') return numberExample(schema)
  return type === 'boolean' ? true : null
}

function objectExample({ properties = {} }: JsonSchema, components: Components, within: readonly string[]): unknown {
  const fields = Object.entries(properties).map(
    ([name, field]) => [name, exampleOf(field, components, within)] as const,
  )
  return Object.fromEntries(fields.filter(([, value]) => value !== undefined))
}

function arrayExample(schema: JsonSchema, components: Components, within: readonly string[]): unknown[] {
  if (schema.prefixItems) return schema.prefixItems.map((item) => exampleOf(item, components, within))
  const item = schema.items === undefined ? undefined : exampleOf(schema.items, components, within)
  if (item === undefined || schema['maxItems'] === 0) return []
  return Array.from({ length: Math.max(1, Number(schema['minItems'] ?? 1)) }, () => item)
}

function stringExample(schema: JsonSchema): string {
  const known = formats[String(schema['format'])]
  if (known !== undefined) return known
  if (schema['pattern'] !== undefined || schema['format'] !== undefined)
    throw new Error(
      `no example for a string of ${String(schema['format'] ?? schema['pattern'])}: give it .meta({ example })`,
    )
  return 'text'.padEnd(Number(schema['minLength'] ?? 0), '.').slice(0, Number(schema['maxLength'] ?? Infinity))
}

function numberExample(schema: JsonSchema): number {
  const step = Number(schema['multipleOf'] ?? 1)
  const above = Number(schema['minimum'] ?? Number(schema['exclusiveMinimum'] ?? -step) + step)
  const below = Number(schema['maximum'] ?? Number(schema['exclusiveMaximum'] ?? Infinity) - step)
  return Math.min(Math.max(step, Math.ceil(above / step) * step), below)
}

const formats: Readonly<Record<string, string>> = {
  uuid: '0198c7a0-7f3b-7c1e-9d4a-5b6c7d8e9f01',
  email: 'ada@example.com',
  uri: 'https://example.com/',
  'uri-reference': '/docs',
  'date-time': '2026-03-14T09:26:53Z',
  date: '2026-03-14',
  time: '09:26:53',
  duration: 'PT15M',
  ipv4: '192.0.2.1',
  ipv6: '2001:db8::1',
}
