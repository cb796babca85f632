/** A deployment of its own on a real server, a small module in every house, and what a node holds open. */
import { createHash, randomBytes } from 'node:crypto'
import type { Clock } from '@rowhouse/kernel'
import { systemClock } from '@rowhouse/kernel'
import pg from 'pg'
import {
  asClient,
  catalogMigrations,
  connectAs,
  createCatalog,
  createPools,
  createProofs,
  createTenants,
  type Deployment,
  deployment,
  memberMigrations,
  migrateAll,
  type Migrations,
  openDoor,
  prepareCluster,
  type Replicas,
  sqlMigrations,
  type Tenant,
  type Tenants,
  type Tier,
  urlOf,
  verifyDatabase,
} from './tenancy.ts'

export const tiers = ['shared', 'schema', 'database'] as const satisfies readonly Tier[]

export const noteMigrations = { module: 'notes', migrations: sqlMigrations(import.meta.url, './notes.fixture') }

export interface NoteTables {
  notes: { tenantId: string; id: string; body: string }
}

export interface Deployed {
  readonly names: Deployment
  readonly adminUrl: string
  readonly applicationUrl: string
  readonly migratorUrl: string
  readonly relayUrl: string
  readonly doorKey: Buffer
  readonly migrations: Migrations
  /** Runs one statement as an administrator of the server. */
  admin<Row extends pg.QueryResultRow = pg.QueryResultRow>(
    databaseName: string,
    text: string,
    values?: unknown[],
  ): Promise<Row[]>
  /** The application's URL of one database. */
  urlIn(databaseName: string): string
  readonly tenants: Tenants
  /** A tenant with nothing in its house. */
  tenant(slug: string, tier: Tier): Promise<Tenant>
}

export interface DeployOptions {
  /** By default a name that nobody has. */
  readonly prefix?: string
  /** It was made before. */
  readonly made?: boolean
  /** By default the server's own. */
  readonly superuserUrl?: string
  readonly houses?: Migrations['houses']
  readonly databases?: Migrations['databases']
}

/** @param adminUrl who prepares. What is made is left to the server's end. */
export async function deploy(adminUrl: string, options: DeployOptions = {}): Promise<Deployed> {
  const prefix = options.prefix ?? `t${randomBytes(5).toString('hex')}`
  const names = deployment(prefix, `${prefix}_control`)
  const login = (role: string) => {
    const url = new URL(urlOf(adminUrl, names.controlDatabase))
    url.username = role
    url.password = role
    return url.href
  }
  const migratorUrl = login(names.migrator)
  const applicationUrl = login(names.application)
  const relayUrl = login(names.relay)
  const doorKey = createHash('sha256').update(prefix).digest()
  const migrations = {
    control: [catalogMigrations, noteMigrations],
    databases: options.databases ?? [],
    houses: options.houses ?? [memberMigrations, noteMigrations],
  }
  if (!options.made) {
    await prepareCluster(adminUrl, names, passwordsOf(names))
    await migrateAll(migratorUrl, names, migrations)
  }
  const tenants = createTenants({ migratorUrl, names, doorKey, modules: migrations.houses })
  const superuserUrl = options.superuserUrl ?? adminUrl
  return {
    names,
    adminUrl,
    applicationUrl,
    migratorUrl,
    relayUrl,
    doorKey,
    migrations,
    admin: (databaseName, text, values = []) =>
      asClient(urlOf(superuserUrl, databaseName), async (client) => (await client.query(text, values)).rows),
    urlIn: (databaseName) => urlOf(applicationUrl, databaseName),
    tenants,
    tenant: (slug, tier) => tenants.create({ slug, name: slug, tier }, async () => {}),
  }
}

/**
 * The deployment of this run, for files that do no more to it than make tenants and look at them: its making takes longer
 * than most tests.
 */
export async function shareDeployment(adminUrl: string): Promise<Deployed> {
  const prefix = `t${createHash('sha256').update(process.env['ROWHOUSE_TEST_COORDINATOR']!).digest('hex').slice(0, 10)}`
  const lock = await connect(adminUrl)
  await lock.query('select pg_advisory_lock(hashtextextended($1, 0))', [prefix])
  try {
    const there = await lock.query('select from pg_database where datname = $1', [`${prefix}_control`])
    const deployed = await deploy(adminUrl, { prefix, made: there.rowCount === 1 })
    const tenant = (slug: string, tier: Tier) => deployed.tenant(`${slug}-${randomBytes(4).toString('hex')}`, tier)
    return { ...deployed, tenant }
  } finally {
    await lock.end()
  }
}

export const passwordsOf = (names: Deployment) => ({
  applicationPassword: names.application,
  migratorPassword: names.migrator,
  relayPassword: names.relay,
})

export interface NodeOptions {
  /** Another way to the same server. */
  readonly url?: string
  /** The way past a pooler, when that is one. */
  readonly directUrl?: string
  readonly clock?: Clock
  readonly doorKey?: Buffer
  readonly maxConnections?: number
  readonly acquireTimeoutMs?: number
  readonly holdMs?: number
  readonly replicas?: Replicas
}

/** What one node of the application tier holds. */
export function openNode(deployed: Pick<Deployed, 'names' | 'applicationUrl' | 'doorKey'>, options: NodeOptions = {}) {
  const { names } = deployed
  const clock = options.clock ?? systemClock
  const poolsAt = (url: string) =>
    createPools({
      connect: connectAs({ url, verify: verifyDatabase }),
      maxConnections: options.maxConnections ?? 3,
      acquireTimeoutMs: options.acquireTimeoutMs ?? 5_000,
    })
  const pools = poolsAt(options.url ?? deployed.applicationUrl)
  const directPools = options.directUrl === undefined ? pools : poolsAt(options.directUrl)
  const catalog = createCatalog({ pools, names, clock })
  const proofs = createProofs(options.doorKey ?? deployed.doorKey, clock)
  const door = openDoor({
    pools,
    directPools,
    catalog,
    proofs,
    holdMs: options.holdMs ?? 5_000,
    replicas: options.replicas,
  })
  return {
    pools,
    catalog,
    proofs,
    door,
    stop: async () => void (await Promise.all([pools.stop(), directPools.stop()])),
  }
}

/** A connection that `pg` alone handles. */
export async function connect(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url })
  client.on('error', () => {})
  await client.connect()
  return client
}
