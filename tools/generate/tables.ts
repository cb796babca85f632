/** Table types from a migrated catalog: what the database really has, in the names that code uses. */
import { readFileSync, readdirSync } from 'node:fs'
import { asClient, catalogMigrations, deployment, memberMigrations, migrateAll, prepareCluster, urlOf } from '@rowhouse/tenancy'
import { identityMigrations } from '@rowhouse/identity'
import { productMigrations } from '@rowhouse/app'
import * as desk from '@rowhouse/helpdesk/desk'
import type { SqlMigrations } from '@rowhouse/tenancy'

/** The generated files: whose tables, in which schema, and the name of the type that holds them all. */
const outputs = [
  { file: 'packages/identity/tables.ts', type: 'IdentityTables', schema: 'control', migrations: identityMigrations.migrations },
  { file: 'modules/members/tables.ts', type: 'MembersTables', schema: 'pooled', migrations: memberMigrations.migrations },
  { file: 'examples/helpdesk/desk/tables.ts', type: 'DeskTables', schema: 'pooled', migrations: desk.migrations },
] as const

/** Migrates a deployment of its own on the server and reads it. @returns content by path. */
export async function tableFiles(adminUrl: string): Promise<Record<string, string>> {
  const names = deployment(`gen${process.pid}`, `gen${process.pid}`)
  await prepareCluster(adminUrl, names, {
    applicationPassword: 'generate',
    migratorPassword: 'generate',
    relayPassword: 'generate',
  })
  const migrator = new URL(urlOf(adminUrl, names.controlDatabase))
  migrator.username = names.migrator
  migrator.password = 'generate'
  await migrateAll(migrator.href, names, {
    control: [catalogMigrations, identityMigrations],
    houses: [memberMigrations, ...productMigrations([desk])],
  })
  const columnsOf = (schema: string) =>
    asClient(urlOf(adminUrl, schema === 'control' ? names.controlDatabase : names.sharedDatabase), async (client) => {
      const { rows } = await client.query<Column>(selectColumns, [schema])
      return rows
    })
  const columns = { control: await columnsOf('control'), pooled: await columnsOf('pooled') }

  return Object.fromEntries(
    outputs.map(({ file, type, schema, migrations }) => {
      const tables = tablesOf(migrations)
      return [file, tableTypes(type, columns[schema].filter(({ table_name }) => tables.includes(table_name)))]
    }),
  )
}

interface Column {
  readonly table_name: string
  readonly column_name: string
  readonly type_name: string
  readonly nullable: boolean
  readonly has_default: boolean
  /** The values of `check (column in (…))`, if there is one. */
  readonly values: string | null
}

const selectColumns = `
  select
    c.relname as table_name, a.attname as column_name, format_type(a.atttypid, null) as type_name,
    not a.attnotnull as nullable, a.atthasdef as has_default,
    (
      select pg_get_constraintdef(k.oid) from pg_constraint k
      where k.conrelid = c.oid and k.contype = 'c' and k.conkey = array[a.attnum]
        and pg_get_constraintdef(k.oid) ~ '^CHECK \\(\\(\\w+ = ANY \\(ARRAY\\['
    ) as values
  from pg_class c join pg_attribute a on a.attrelid = c.oid
  where c.relnamespace = $1::regnamespace and c.relkind = 'r' and a.attnum > 0 and not a.attisdropped
  order by c.relname, a.attname
`

const typeScriptTypes: Readonly<Record<string, string>> = {
  uuid: 'string',
  text: 'string',
  'timestamp with time zone': 'string',
  date: 'string',
  integer: 'number',
  bigint: 'number',
  boolean: 'boolean',
  bytea: 'Buffer',
  jsonb: 'unknown',
  'text[]': 'string[]',
}

function tableTypes(type: string, columns: readonly Column[]): string {
  const byTable = Map.groupBy(columns, ({ table_name }) => table_name)
  const interfaces = [...byTable].map(
    ([table, members]) => `export interface ${pascalCase(table)} {\n${members.map(member).join('\n')}\n}\n`,
  )
  const all = [...byTable.keys()].map((table) => `  ${camelCase(table)}: ${pascalCase(table)}`)
  return [
    '// Generated from the migrated catalog by `npm run generate`. Do not edit.',
    "import type { Generated } from 'kysely'\n",
    ...interfaces,
    `export interface ${type} {\n${all.join('\n')}\n}\n`,
  ].join('\n')
}

function member({ column_name, type_name, nullable, has_default, values }: Column): string {
  const known = typeScriptTypes[type_name]
  if (!known) throw new Error(`Say in tools/generate/tables.ts what ${type_name} (${column_name}) is in TypeScript`)
  const literals = values === null ? [] : [...values.matchAll(/'((?:[^']|'')*)'::text/g)].map(([, value]) => `'${value}'`)
  const base = `${literals.length > 0 ? literals.join(' | ') : known}${nullable ? ' | null' : ''}`
  return `  ${camelCase(column_name)}: ${has_default ? `Generated<${base}>` : base}`
}

/** The tables that a module's own migrations create. */
const tablesOf = ({ folder }: SqlMigrations): string[] =>
  readdirSync(folder).flatMap((name) =>
    [...readFileSync(new URL(name, folder), 'utf8').matchAll(/^create table (\w+)/gim)].map(([, table]) => table!),
  )

const camelCase = (name: string) => name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase())
const pascalCase = (name: string) => camelCase(`_${name}`)
