/** The typed clients, from the OpenAPI documents of the deployment that `npm start` runs. */
import { modules } from '@rowhouse/helpdesk'
import { openApiDocument } from '@rowhouse/http'
import { readConfig } from '@rowhouse/kernel'
import { createLog } from '@rowhouse/telemetry'
import { deployment } from '@rowhouse/tenancy'
import { format, type FormatConfig } from 'oxfmt'
import { compose } from '../../apps/server/compose.ts'
import { settings } from '../../apps/server/config.ts'
import { api } from '../../apps/server/documents.ts'
import formatting from '../../.oxfmtrc.json' with { type: 'json' }
import { type OpenApi, type OpenApiOperation, operationsOf } from './openapi.ts'
import { fieldsType, typeOf, withWords } from './schema-types.ts'

/** Content by path. */
export async function clientFiles(): Promise<Record<string, string>> {
  const { operations } = undeployed()
  const files = (['tenant', 'operator'] as const).map(async (audience) => {
    const document = openApiDocument({ ...api, operations, audience }) as unknown as OpenApi
    const path = `packages/client/api/${audience}.ts`
    const { code, errors } = await format(path, clientOf(document), formatting as FormatConfig)
    if (errors.length > 0) throw new Error(`${path}: ${errors[0]!.message}`)
    return [path, code] as const
  })
  return Object.fromEntries(await Promise.all(files))
}

/** The platform's operations, without anything behind them: nothing is opened before the first call. */
const undeployed = () =>
  compose({
    database: {
      names: deployment('none', 'none'),
      url: 'postgres://none',
      migratorUrl: 'postgres://none',
      relayUrl: 'postgres://none',
    },
    modules,
    doorKey: '0'.repeat(64),
    authKey: '0'.repeat(64),
    operatorApiKey: 'none',
    bounds: readConfig(settings, {}),
    domain: 'localhost',
    origin: () => '',
    mailUrl: 'none:',
    log: createLog({ level: 'silent' }),
  })

/** The text of a client's file: its schemas, its operations' types, its table. */
function clientOf(document: OpenApi): string {
  const operations = operationsOf(document)
  const schemas = Object.entries(document.components.schemas).map(([name, schema]) =>
    withWords(schema, `export ${declaration(name, typeOf(schema))}`),
  )
  const inputs = operations.flatMap(({ inputName, fields }) =>
    fields === undefined ? [] : [`export ${declaration(inputName, fieldsType(fields))}`],
  )
  const codes = [...new Set(operations.flatMap((operation) => operation.codes.map(({ code }) => code)))].toSorted()
  const table = operations.map(({ name, entry }) => `'${name}': ${JSON.stringify(entry)},`)
  const body = [
    ...schemas,
    ...inputs,
    `/** Every code that an answer can carry. */\nexport type ErrorCode = ${[...codes, 'unknown'].map((code) => `'${code}'`).join(' | ')}`,
    `export interface Api ${methodsOf(operations)}`,
    `export const operations = {\n${table.join('\n')}\n} as const satisfies Operations`,
  ].join('\n\n')
  const used = ['Bytes', 'CallOptions', 'ChangeOptions', 'CommandOptions'].filter((name) => body.includes(name))
  return [
    '// Generated from the OpenAPI document by `npm run generate`. Do not edit.',
    `import type { ${[...used, 'Operations'].join(', ')} } from '../operation.ts'`,
    ...(body.includes('Pages<') ? ["import type { Pages } from '../pages.ts'"] : []),
    '',
    body,
    '',
  ].join('\n')
}

const declaration = (name: string, type: string) =>
  type.startsWith('{') ? `interface ${name} ${type}` : `type ${name} = ${type}`

/** `{ tickets: { open(input: …): … } }`, one level for each word of the operation's name. */
function methodsOf(operations: readonly OpenApiOperation[], depth = 0): string {
  const groups = Map.groupBy(operations, ({ words }) => words[depth]!)
  const members = [...groups].map(([word, group]) => {
    const [only] = group as [OpenApiOperation]
    return only.words.length === depth + 1 ? methodOf(only) : `readonly ${word}: ${methodsOf(group, depth + 1)}`
  })
  return `{\n${members.join('\n')}\n}`
}

function methodOf(operation: OpenApiOperation): string {
  const { words, entry, fields, inputName, output, summary, description, isGuarded } = operation
  const isOptional = fields !== undefined && fields.every(({ required }) => !required)
  const input = entry.accepts === undefined ? (fields === undefined ? 'Record<string, never>' : inputName) : 'Bytes'
  const mayLack = entry.accepts === undefined && (fields === undefined || isOptional)
  const options = isGuarded ? 'ChangeOptions' : entry.keyed ? 'CommandOptions' : 'CallOptions'
  const type = output === undefined ? 'void' : typeOf(output)
  const answer = entry.paged ? `Pages<${typeOf(output!.properties!['items']!.items!)}>` : `Promise<${type}>`
  const failures = operation.ownCodes.map(({ code, status }) => `\`${code}\` (${status})`).join(', ')
  const text = [summary + '.', description, failures && `@throws ApiError ${failures}`]
  return withWords(
    { description: text.filter(Boolean).join('\n\n') },
    `${words.at(-1)}(input${mayLack ? '?' : ''}: ${input}, options?: ${options}): ${answer}`,
  )
}
