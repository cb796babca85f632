import type { Deployed } from './deployment.fixture.ts'

/** Everything that provisioning may have left anywhere, as lines of text. */
export async function traces({ names, admin }: Deployed): Promise<string[]> {
  const databases = await admin<{ line: string }>(
    'postgres',
    'select datname as line from pg_database where starts_with(datname, $1)',
    [names.prefix],
  )
  const lines = databases.map(({ line }) => `database ${line}`)
  for (const [databaseName, house, more] of [
    [names.sharedDatabase, 'pooled', ''],
    [
      names.controlDatabase,
      'control',
      `union all select 'tenant ' || slug from control.tenants union all select 'listed ' || name from control.databases`,
    ],
  ] as const) {
    const found = await admin<{ line: string }>(
      databaseName,
      `select 'schema ' || nspname as line from pg_namespace where nspname !~ '^pg_' union all
       select 'resident ' || tenant_id from rowhouse.residents union all
       select 'migrated ' || schema_name || ' ' || module || ' ' || name from rowhouse.migrations union all
       select 'note ' || tenant_id || ' ' || id from ${house}.notes ${more}`,
    )
    lines.push(...found.map(({ line }) => `${databaseName}: ${line}`))
  }
  return lines.toSorted()
}
