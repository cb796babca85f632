/** What the bench measures on: a deployment with tenants in all three tiers, and the same data for reading by hand. */
import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { newId, systemClock } from '@rowhouse/kernel'
import { openPostgres } from '@rowhouse/postgres'
import {
  catalogMigrations,
  createCatalog,
  connectAs,
  createPools,
  createProofs,
  createTenants,
  deployment,
  type Door,
  memberMigrations,
  migrateAll,
  openDoor,
  type Pools,
  prepareCluster,
  type Proofs,
  sqlMigrations,
  type Tenant,
  type Tenants,
  type Tier,
  urlOf,
  verifyDatabase,
} from '@rowhouse/tenancy'
import pg from 'pg'
import { fillByHand, fillHouse } from './rows.ts'
import { type ServerCpu, watchServerCpu } from './server-cpu.ts'

export interface Size {
  readonly tenants: Readonly<Record<Tier, number>>
  /** Of one tenant. */
  readonly rows: Readonly<Record<Tier, number>>
}

export interface Stage {
  readonly tenants: Readonly<Record<Tier, readonly Tenant[]>>
  readonly adminUrl: string
  /** The application's URL: through the door. */
  readonly applicationUrl: string
  /** A role that row security does not bind: by hand, without tenancy. */
  readonly byHandUrl: string
  /** A role for the usual way: set_config and a policy that trusts it, on a copy of the shared tier's table. */
  readonly usualUrl: string
  /** A door of its own, by way of `url`. */
  openDoor(url: string): { readonly door: Door; readonly pools: Pools; readonly proofs: Proofs }
  readonly serverCpu: ServerCpu
  stop(): Promise<void>
}

/** As many connections as there are units in flight. */
export const poolSize = 16

const names = deployment('bench', 'bench')
const modules = [memberMigrations, { module: 'items', migrations: sqlMigrations(import.meta.url, './migrations') }]

export async function openStage(size: Size, say: (line: string) => void): Promise<Stage> {
  const folder = await mkdtemp('/tmp/rowhouse-bench-')
  const postgres = await openPostgres({
    folder,
    settings: { shared_buffers: '2GB', max_connections: 1_000, max_wal_size: '8GB', checkpoint_timeout: '1h' },
  })
  const leave = () => void stop().finally(() => process.exit(130))
  process.once('SIGINT', leave).once('SIGTERM', leave)
  const stop = async () => {
    process.off('SIGINT', leave).off('SIGTERM', leave)
    await postgres.stop()
    await rm(folder, { recursive: true, force: true })
  }
  try {
    const serverCpu = await watchServerCpu(postgres.url)
    return { ...(await build(postgres.url, size, say)), serverCpu, stop: () => serverCpu.stop().then(stop) }
  } catch (error) {
    await stop()
    throw error
  }
}

async function build(
  adminUrl: string,
  size: Size,
  say: (line: string) => void,
): Promise<Omit<Stage, 'serverCpu' | 'stop'>> {
  const applicationPassword = newId()
  const migratorPassword = newId()
  const migratorUrl = loginUrl(adminUrl, names.migrator, migratorPassword)
  const doorKey = randomBytes(32)
  await prepareCluster(adminUrl, names, { applicationPassword, migratorPassword, relayPassword: newId() })
  await migrateAll(migratorUrl, names, { control: [catalogMigrations], houses: modules })

  const builder = createTenants({ migratorUrl, names, doorKey, modules })
  const tenants: Record<Tier, Tenant[]> = { shared: [], schema: [], database: [] }
  for (const tier of ['shared', 'schema', 'database'] as const) {
    const startMs = performance.now()
    tenants[tier] = await createMany(builder, tier, size.tenants[tier])
    await fillHouses(adminUrl, tenants[tier], size.rows[tier])
    const seconds = ((performance.now() - startMs) / 1000).toFixed(1)
    say(`${tier} tier: ${size.tenants[tier]} tenants of ${size.rows[tier]} rows (${seconds} s)`)
  }

  const password = newId()
  await fillByHand(adminUrl, tenants, password)
  return {
    tenants,
    adminUrl,
    applicationUrl: loginUrl(adminUrl, names.application, applicationPassword, names.sharedDatabase),
    byHandUrl: loginUrl(adminUrl, 'by_hand', password, names.sharedDatabase),
    usualUrl: loginUrl(adminUrl, 'usual', password, names.sharedDatabase),
    openDoor(url) {
      const pools = createPools({
        connect: connectAs({ url, verify: verifyDatabase }),
        maxConnections: poolSize,
        acquireTimeoutMs: 10_000,
      })
      const proofs = createProofs(doorKey, systemClock)
      const catalog = createCatalog({ pools, names, clock: systemClock })
      return { door: openDoor({ pools, catalog, proofs, holdMs: 1_000 }), pools, proofs }
    },
  }
}

async function createMany(builder: Tenants, tier: Tier, count: number): Promise<Tenant[]> {
  const numbers = Array.from({ length: count }, (_, at) => at + 1)
  const made: Tenant[] = []
  const worker = async () => {
    for (let at = numbers.pop(); at !== undefined; at = numbers.pop()) {
      made.push(await builder.create({ slug: `${tier}-${at}`, name: `Bench ${at}`, tier }, async () => {}))
    }
  }
  // Tenants of the shared tier are mostly waiting; houses of their own are built under locks, one after the other.
  await Promise.all(Array.from({ length: tier === 'shared' ? 4 : 1 }, worker))
  return made
}

async function fillHouses(adminUrl: string, tenants: readonly Tenant[], rows: number): Promise<void> {
  const byDatabase = Map.groupBy(tenants, ({ placement }) => placement.databaseName)
  for (const [databaseName, residents] of byDatabase) {
    const client = new pg.Client({ connectionString: urlOf(adminUrl, databaseName) })
    await client.connect()
    try {
      const bySchema = Map.groupBy(residents, ({ placement }) => placement.schemaName)
      for (const [schemaName, housemates] of bySchema) await fillHouse(client, schemaName, housemates, rows)
    } finally {
      await client.end()
    }
  }
}

function loginUrl(url: string, user: string, password: string, databaseName?: string): string {
  const login = new URL(databaseName ? urlOf(url, databaseName) : url)
  login.username = user
  login.password = password
  return login.href
}
