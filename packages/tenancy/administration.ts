/** What builders share: a connection for one piece of work, and the owner's rights for one transaction. */
import pg from 'pg'
import { firstAvailable, hostUrls, placeOf } from './connections/address.ts'
import { reasonOf } from './connections/lost.ts'
import { type Deployment, quoted } from './deployment.ts'
import { tenancyErrors } from './errors.ts'

/**
 * Lends a connection to the primary, past any pooler: builders take locks and roles that belong to a session.
 *
 * @throws tenancy.database_unavailable; tenancy.unsupported_server when the URL leads to a pooler
 */
export const asClient = <T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> =>
  withClient(url, work, expectPrimary)

/** Lends a connection by whatever way the URL says. @throws tenancy.database_unavailable */
export async function withClient<T>(
  url: string,
  work: (client: pg.Client) => Promise<T>,
  expect: (client: pg.Client, place: string) => Promise<void> = async () => {},
): Promise<T> {
  const { opened: client } = await firstAvailable(hostUrls(url), 0, (hostUrl) => open(hostUrl, expect))
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}

async function open(hostUrl: string, expect: (client: pg.Client, place: string) => Promise<void>): Promise<pg.Client> {
  const client = new pg.Client({
    connectionString: hostUrl,
    application_name: 'rowhouse-admin',
    connectionTimeoutMillis: 10_000,
  })
  // A connection that dies while idle shows at its next statement.
  client.on('error', () => {})
  await client.connect().catch((cause: unknown) => {
    const { username } = new URL(hostUrl)
    throw tenancyErrors.databaseUnavailable({
      operator: `No connection to ${placeOf(hostUrl)} as ${username}: ${reasonOf(cause)}`,
      cause,
    })
  })
  try {
    await expect(client, placeOf(hostUrl))
    return client
  } catch (error) {
    await client.end()
    throw error
  }
}

async function expectPrimary(client: pg.Client, place: string): Promise<void> {
  const { rows } = await client.query<{ pid: number; standby: boolean }>(
    'select pg_backend_pid() as pid, pg_is_in_recovery() as standby',
  )
  if (rows[0]?.standby) throw tenancyErrors.databaseUnavailable({ operator: `${place} is a standby` })
  const { processID } = client as unknown as { readonly processID: number }
  if (rows[0]?.pid === processID) return
  throw tenancyErrors.unsupportedServer({
    operator: `${place} is a pooler. DATABASE_MIGRATOR_URL and DATABASE_ADMIN_URL must name the server itself.`,
  })
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
