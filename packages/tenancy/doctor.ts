/** Looks for what stands open in a deployment, with the eyes of each role. */
import { asClient, withClient } from './administration.ts'
import { controlPlacement, type Deployment, quoted } from './deployment.ts'
import { hostUrls, urlOf } from './connections/address.ts'
import { uncovered } from './migrations.ts'
import { listTargets, platformHouse } from './prepare.ts'
import { verifyDatabase } from './verify.ts'

/** @returns one sentence for each fault; empty when there is none. */
export async function findFaults({
  names,
  applicationUrl,
  relayUrl,
  migratorUrl,
}: {
  readonly names: Deployment
  readonly applicationUrl: string
  readonly relayUrl: string
  readonly migratorUrl: string
}): Promise<string[]> {
  const faults: string[] = []
  const control = { ...controlPlacement(names), soleTenantId: null }
  const houses = await listTargets(migratorUrl, names)
  const databases = [...new Set(houses.map(({ databaseName }) => databaseName))]
  const targets = [control, ...databases.map(platformHouse), ...houses]
  for (const [variable, url, role] of [
    ['DATABASE_URL', applicationUrl, names.application],
    ['DATABASE_RELAY_URL', relayUrl, names.relay],
  ] as const) {
    const { username } = new URL(hostUrls(url)[0]!)
    if (username !== role) faults.push(`${variable} logs in as ${username}; this deployment’s role is ${role}`)
  }

  for (const target of targets) {
    const place = `${target.databaseName}/${target.schemaName}`
    await asClient(urlOf(migratorUrl, target.databaseName), async (client) => {
      await client.query(`set role ${quoted(names.owner)}`)
      for (const fault of await uncovered(client, names, target)) faults.push(`${place}: ${fault}`)
    })
  }
  for (const databaseName of new Set(targets.map((target) => target.databaseName))) {
    if (databaseName === names.templateDatabase) continue
    await withClient(urlOf(applicationUrl, databaseName), async (client) => {
      await verifyDatabase(client).catch((error: Error) => faults.push(`${databaseName}: ${error.message}`))
      const { rows } = await client.query<{ open: string }>(openSideDoors)
      for (const { open } of rows)
        faults.push(`${databaseName}: the application may call ${open}; a superuser can revoke it (harden.sql)`)
    })
    await withClient(urlOf(relayUrl, databaseName), (client) =>
      verifyDatabase(client).catch((error: Error) => void faults.push(`${databaseName}: ${error.message}`)),
    )
  }
  return faults
}

/** What harden.sql takes away, asked with has_function_privilege, which needs no catalog to be readable. */
const openSideDoors = `
  select f as open
  from unnest(array[
    'set_config(text, text, boolean)', 'pg_advisory_lock(bigint)', 'pg_notify(text, text)', 'lo_from_bytea(oid, bytea)',
    'pg_cancel_backend(integer)', 'pg_terminate_backend(integer, bigint)', 'pg_stat_get_activity(integer)',
    'query_to_xml(text, boolean, boolean, text)', 'pg_get_constraintdef(oid)', 'pg_relation_size(regclass, text)'
  ]) as f
  where has_function_privilege('pg_catalog.' || f, 'execute')
`
