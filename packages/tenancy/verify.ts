/** The start-up refusals: a server does not serve through a role that row security does not bind. */
import type pg from 'pg'
import { asClient, asOwner } from './administration.ts'
import { isConnectionError } from './connections/lost.ts'
import { controlPlacement, type Deployment } from './deployment.ts'
import { urlOf } from './connections/address.ts'
import { tenancyErrors } from './errors.ts'
import { uncovered } from './migrations.ts'
import { platformHouse } from './prepare.ts'
import { residenceKey } from './proof.ts'
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
    throw noTransactions(cause)
  }
}

export const noTransactions = (cause: unknown) =>
  tenancyErrors.unsupportedServer({
    operator: 'The pooler in front of PostgreSQL runs in statement mode. Set it to transaction or session mode.',
    cause,
  })

async function verifyRole(client: pg.ClientBase): Promise<void> {
  const { rows } = await fly(client, [once('select fault from rowhouse.faults_of_session() as fault')])
  if (rows.length === 0) return
  throw tenancyErrors.unsafeRole({
    operator: `The server logs in as a role that could escape row security: ${rows.map(({ fault }) => fault).join('; ')}. Let \`rowhouse migrate run\` make its roles.`,
  })
}

async function verifyPrepared(client: pg.ClientBase): Promise<void> {
  const { rows } = await fly(client, [
    once("select to_regprocedure('rowhouse.enter(uuid, bytea)') is not null as ready"),
  ])
  if (!rows[0]?.['ready']) throw tenancyErrors.notPrepared()
}

/**
 * Asked once at a server's start: the houses that tenants share stand behind the door, and the door key is the one with
 * which their residences were made. (`rowhouse doctor` looks at every house.)
 *
 * @throws tenancy.house_open naming each fault, tenancy.not_admitted
 */
export async function verifyDeployment({
  migratorUrl,
  names,
  doorKey,
}: {
  readonly migratorUrl: string
  readonly names: Deployment
  readonly doorKey: Buffer
}): Promise<void> {
  const control = { ...controlPlacement(names), soleTenantId: null }
  const shared = { databaseName: names.sharedDatabase, schemaName: 'pooled', soleTenantId: null }
  for (const house of [control, platformHouse(names.sharedDatabase), shared]) {
    await asClient(urlOf(migratorUrl, house.databaseName), (client) =>
      asOwner(client, names, async () => {
        const open = await uncovered(client, names, house)
        if (open.length > 0) {
          const faults = open.join('; ')
          throw tenancyErrors.houseOpen({
            operator: `${house.databaseName}/${house.schemaName} stands open: ${faults}.`,
          })
        }
        await verifyDoorKey(client, doorKey)
      }),
    )
  }
}

async function verifyDoorKey(client: pg.ClientBase, doorKey: Buffer): Promise<void> {
  const { rows } = await client.query<{ tenant_id: string; epoch: string; proof_key: Buffer }>(
    'select tenant_id, epoch, proof_key from rowhouse.residents limit 1',
  )
  const [resident] = rows
  if (!resident || resident.proof_key.equals(residenceKey(doorKey, resident.tenant_id, Number(resident.epoch)))) return
  throw tenancyErrors.notAdmitted({
    operator:
      'DOOR_KEY is not the one with which the tenants of this database were made: give the same key to every node.',
  })
}
