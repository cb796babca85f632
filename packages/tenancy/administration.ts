/** What builders share: a connection for one piece of work, and the owner's rights for one transaction. */
import pg from 'pg'
import { type Deployment, quoted } from './deployment.ts'
import { tenancyErrors } from './errors.ts'

/** @throws tenancy.database_unavailable */
export async function asClient<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({
    connectionString: url,
    application_name: 'rowhouse-admin',
    connectionTimeoutMillis: 10_000,
  })
  // A connection that dies while idle shows at its next statement.
  client.on('error', () => {})
  await client.connect().catch((cause: unknown) => {
    const { host, username, pathname } = new URL(url)
    throw tenancyErrors.databaseUnavailable({
      operator: `No connection to ${host}${pathname} as ${username}: ${reasonOf(cause)}`,
      cause,
    })
  })
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}

/** Runs `work` in a transaction with the owner's rights, which the migrator may take and nobody can log in with. */
export async function asOwner<T>(client: pg.ClientBase, names: Deployment, work: () => Promise<T>): Promise<T> {
  await client.query('begin')
  try {
    await client.query(`set local role ${quoted(names.owner)}`)
    const result = await work()
    await client.query('commit')
    return result
  } catch (error) {
    await client.query('rollback')
    throw error
  }
}

/** Nobody else connects to a database of ours, and the application makes no temporary tables in it. */
export async function closeDatabase(client: pg.ClientBase, names: Deployment, name: string): Promise<void> {
  await client.query(`revoke all on database ${quoted(name)} from public`)
  await client.query(
    `grant connect on database ${quoted(name)} to
     ${quoted(names.migrator)}, ${quoted(names.application)}, ${quoted(names.relay)}`,
  )
}

const reasonOf = (cause: unknown) => {
  if (!(cause instanceof Error)) return String(cause)
  return cause.message || String('code' in cause ? cause.code : cause.name)
}
