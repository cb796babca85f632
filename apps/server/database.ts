/** Which PostgreSQL the server stands on: the one of DATABASE_URL, or an embedded one that is made ready on the spot. */
import { join } from 'node:path'
import { type ProductModule, productMigrations } from '@rowhouse/app'
import { identityMigrations } from '@rowhouse/identity'
import { eventMigrations } from '@rowhouse/events'
import { idempotencyMigrations } from '@rowhouse/idempotency'
import type { Lifecycle, RowhouseError } from '@rowhouse/kernel'
import { mailMigrations } from '@rowhouse/mail'
import { openPostgres } from '@rowhouse/postgres'
import {
  catalogMigrations,
  type Deployment,
  deployment,
  hostUrls,
  memberMigrations,
  migrateAll,
  type Migrations,
  prepareCluster,
  urlOf,
} from '@rowhouse/tenancy'
import type { ServerConfig } from './config.ts'
import { serverErrors } from './errors.ts'
import type { HomeSecrets } from './home-folder.ts'

export interface Database {
  readonly names: Deployment
  /** As the application's role. */
  readonly url: string
  /** The same past a pooler, when `url` leads to one. */
  readonly directUrl?: string
  readonly migratorUrl: string
  readonly relayUrl: string
  /** As the application's role, at each hot standby. */
  readonly replicaUrls?: readonly string[]
}

/** Everything that is migrated: what the pillars keep in the control database, and what every house is built from. */
export const migrationsOf = (modules: readonly ProductModule[]): Migrations => ({
  control: [catalogMigrations, identityMigrations, mailMigrations, idempotencyMigrations],
  databases: [eventMigrations, idempotencyMigrations],
  houses: [memberMigrations, ...productMigrations(modules)],
})

/** @throws server.incomplete_configuration, and what preparing the embedded server throws */
export async function openDatabase(
  config: ServerConfig,
  modules: readonly ProductModule[],
  home: string,
  secrets: HomeSecrets,
  lifecycle: Lifecycle,
  onProblem: (error: RowhouseError) => void,
): Promise<Database> {
  if (config.databaseUrl !== undefined) return externalDatabase(config)

  const names = deployment(config.prefix, config.prefix)
  const postgres = await openPostgres({
    folder: join(home, 'postgres'),
    settings: { max_connections: 200, shared_buffers: '256MB' },
    onProblem,
  })
  await lifecycle.start({ name: 'postgres', stop: () => postgres.stop() })
  await prepareCluster(postgres.url, names, secrets)
  const login = (role: string, password: string) => {
    const url = new URL(urlOf(postgres.url, names.controlDatabase))
    url.username = role
    url.password = password
    return url.href
  }
  const migratorUrl = login(names.migrator, secrets.migratorPassword)
  await migrateAll(migratorUrl, names, migrationsOf(modules))
  return {
    names,
    migratorUrl,
    url: login(names.application, secrets.applicationPassword),
    relayUrl: login(names.relay, secrets.relayPassword),
  }
}

/**
 * The database of the three URLs, which must agree: one database, and the roles of this deployment.
 *
 * @throws server.incomplete_configuration saying what to write
 */
export function externalDatabase(config: ServerConfig): Database {
  const { prefix, databaseUrl, directUrl, migratorUrl, relayUrl, replicaUrls = [] } = config
  if (databaseUrl === undefined || migratorUrl === undefined || relayUrl === undefined) {
    throw serverErrors.incompleteConfiguration({
      operator:
        'Give DATABASE_URL, DATABASE_MIGRATOR_URL and DATABASE_RELAY_URL, the same database as three roles, and DATABASE_ADMIN_URL the first time. The embedded database of npm start needs none of them.',
    })
  }
  const names = deployment(prefix, databaseOf(databaseUrl))
  const roles = [
    ['DATABASE_URL', databaseUrl, names.application],
    ['DATABASE_DIRECT_URL', directUrl ?? databaseUrl, names.application],
    ['DATABASE_MIGRATOR_URL', migratorUrl, names.migrator],
    ['DATABASE_RELAY_URL', relayUrl, names.relay],
    ...replicaUrls.map((url) => ['REPLICA_URLS', url, names.application] as const),
  ] as const
  for (const [variable, url, role] of roles) {
    const { username, password } = new URL(hostUrls(url)[0]!)
    if (decodeURIComponent(username) === role && password !== '' && databaseOf(url) === names.controlDatabase) continue
    throw serverErrors.incompleteConfiguration({
      operator: `${variable} must log in as ${role}, with a password, to the database ${names.controlDatabase}: postgres://${role}:PASSWORD@HOST:PORT/${names.controlDatabase}. DATABASE_PREFIX (${prefix}) begins the names of the roles.`,
    })
  }
  return { names, url: databaseUrl, ...(directUrl && { directUrl }), migratorUrl, relayUrl, replicaUrls }
}

const databaseOf = (url: string) => decodeURIComponent(new URL(hostUrls(url)[0]!).pathname.slice(1))
