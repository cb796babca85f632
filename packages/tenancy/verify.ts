/** The start-up refusals: a server does not serve through a role that row security does not bind. */
import type pg from 'pg'
import { tenancyErrors } from './errors.ts'
import { isConnectionError } from './pools.ts'
import { once } from './statements.ts'
import { fly } from './wire.ts'

/**
 * Asked of every database at its first use.
 *
 * @throws tenancy.unsupported_server, tenancy.unsafe_role (naming each fault), tenancy.not_prepared
 */
export async function verifyDatabase(client: pg.ClientBase): Promise<void> {
  await verifyServer(client)
  await verifyPrepared(client)
  await verifyRole(client)
}

async function verifyServer(client: pg.ClientBase): Promise<void> {
  const { rows } = await fly(client, [once(`select current_setting('server_version_num') as version`)])
  const version = Number(rows[0]?.['version'])
  if (version < 150_000) {
    throw tenancyErrors.unsupportedServer({
      operator: `The server is PostgreSQL ${Math.floor(version / 10_000)}. Rowhouse needs 15 or newer: point DATABASE_URL to one.`,
    })
  }
  // A pooler in statement mode refuses, or runs the second statement somewhere else: then the transaction is not there.
  try {
    await fly(client, [once('begin')])
    await fly(client, [once('savepoint same_transaction')])
    await fly(client, [once('rollback')])
  } catch (cause) {
    if (isConnectionError(cause)) throw cause
    throw tenancyErrors.unsupportedServer({
      operator: 'The pooler in front of PostgreSQL runs in statement mode. Set it to transaction or session mode.',
      cause,
    })
  }
}

async function verifyRole(client: pg.ClientBase): Promise<void> {
  const { rows } = await fly(client, [once('select fault from rowhouse.faults_of_session() as fault')])
  if (rows.length === 0) return
  throw tenancyErrors.unsafeRole({
    operator: `The role of DATABASE_URL could escape row security: ${rows.map(({ fault }) => fault).join('; ')}. Let \`rowhouse migrate run\` make a role for it.`,
  })
}

async function verifyPrepared(client: pg.ClientBase): Promise<void> {
  const { rows } = await fly(client, [
    once("select to_regprocedure('rowhouse.enter(uuid, bytea)') is not null as ready"),
  ])
  if (!rows[0]?.['ready']) throw tenancyErrors.notPrepared()
}
