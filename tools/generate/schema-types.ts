/** TypeScript for JSON Schemas, with their words as JSDoc. */

export interface Schema {
  readonly description?: string
  readonly type?: string | readonly string[]
  readonly const?: unknown
  readonly enum?: readonly unknown[]
  readonly default?: unknown
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
  readonly additionalProperties?: Schema | boolean
  readonly items?: Schema
  readonly prefixItems?: readonly Schema[]
  readonly anyOf?: readonly Schema[]
  readonly oneOf?: readonly Schema[]
  readonly allOf?: readonly Schema[]
  readonly $ref?: string
}

export interface Field {
  readonly name: string
  readonly required: boolean
  readonly schema: Schema
}

/** @throws Error for a schema that no type stands for here */
export function typeOf(schema: Schema): string {
  const { $ref, anyOf, oneOf = anyOf, allOf, type } = schema
  if ($ref !== undefined) return $ref.replace('#/components/schemas/', '')
  if ('const' in schema) return JSON.stringify(schema.const)
  if (schema.enum !== undefined) return schema.enum.map((value) => JSON.stringify(value)).join(' | ')
  if (oneOf !== undefined) return unionOf(oneOf.map(typeOf))
  if (allOf !== undefined) return allOf.map(typeOf).join(' & ')
  if (Array.isArray(type)) return type.map((each: string) => typeOf({ ...schema, type: each })).join(' | ')
  switch (type) {
    case undefined:
      return 'unknown'
    case 'integer':
    case 'number':
      return 'number'
    case 'array':
      return arrayType(schema)
    case 'object':
      return objectType(schema)
    case 'string':
    case 'boolean':
    case 'null':
      return type
  }
  throw new Error(`Say in tools/generate/schema-types.ts what ${JSON.stringify(schema)} is in TypeScript`)
}

/** An interface's body. */
export const fieldsType = (fields: readonly Field[]): string =>
  `{\n${fields
    .map(({ name, required, schema }) => withWords(schema, `${keyOf(name)}${required ? '' : '?'}: ${typeOf(schema)}`))
    .join('\n')}\n}`

/** The declaration below its description and default, if it has any. */
export function withWords({ description, ...schema }: Schema, declaration: string): string {
  const words = [description, 'default' in schema ? `@default ${JSON.stringify(schema.default)}` : undefined]
  const lines = words
    .filter((text) => text !== undefined)
    .join('\n')
    .replaceAll('*/', '*\\/')
    .split('\n')
    .flatMap(wrapped)
  if (lines.join('') === '') return declaration
  if (lines.length === 1) return `/** ${lines[0]} */\n${declaration}`
  return `/**\n${lines.map((line) => ` * ${line}`.trimEnd()).join('\n')}\n */\n${declaration}`
}

const wrapped = (line: string) => line.match(/.{1,100}(?= |$)|\S+/g)?.map((part) => part.trim()) ?? ['']

/** Without the words that `string` covers anyway. */
const unionOf = (types: readonly string[]) =>
  types.filter((type) => !(types.includes('string') && type.startsWith('"'))).join(' | ')

function arrayType({ items, prefixItems }: Schema): string {
  if (prefixItems !== undefined) return `readonly [${prefixItems.map(typeOf).join(', ')}]`
  return `readonly (${typeOf(items ?? {})})[]`
}

function objectType({ properties, required = [], additionalProperties }: Schema): string {
  const fields = Object.entries(properties ?? {})
  if (fields.length > 0)
    return fieldsType(fields.map(([name, schema]) => ({ name, required: required.includes(name), schema })))
  return `Record<string, ${typeof additionalProperties === 'object' ? typeOf(additionalProperties) : 'unknown'}>`
}

const keyOf = (name: string) => (/^[A-Za-z_]\w*$/.test(name) ? name : JSON.stringify(name))
