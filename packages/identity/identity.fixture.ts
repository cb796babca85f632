/** A deployment with keys in its control database, and as many nodes as a test wants. */
import { randomBytes } from 'node:crypto'
import { type Clock, systemClock } from '@rowhouse/kernel'
import {
  asClient,
  catalogMigrations,
  controlPlacement,
  createCatalog,
  createPools,
  createProofs,
  createTenants,
  deployment,
  type Door,
  memberMigrations,
  migrateAll,
  openDoor,
  prepareCluster,
  type Tenant,
  type Tier,
  urlOf,
  verifyDatabase,
} from '@rowhouse/tenancy'
import type { QueryResultRow } from 'pg'
import { type ApiKeys, createApiKeys, identityMigrations } from './identity.ts'

export interface OpenIdentity {
  tenant(slug: string, tier: Tier): Promise<Tenant>
  /** A node with caches of its own. */
  node(clock?: Clock, through?: (control: Door) => Door): { readonly keys: ApiKeys }
  /** Asks the control database as an administrator. */
  admin<Row extends QueryResultRow>(text: string): Promise<Row[]>
  stop(): Promise<void>
}

export async function openIdentity(adminUrl: string): Promise<OpenIdentity> {
  const prefix = `t${randomBytes(5).toString('hex')}`
  const names = deployment(prefix, `${prefix}_control`)
  const login = (role: string) => {
    const url = new URL(urlOf(adminUrl, names.controlDatabase))
    url.username = role
    url.password = role
    return url.href
  }
  const migratorUrl = login(names.migrator)
  const doorKey = randomBytes(32)
  const houses = [memberMigrations]
  await prepareCluster(adminUrl, names, {
    applicationPassword: names.application,
    migratorPassword: names.migrator,
    relayPassword: names.relay,
  })
  await migrateAll(migratorUrl, names, { control: [catalogMigrations, identityMigrations], houses })
  const tenants = createTenants({ migratorUrl, names, doorKey, modules: houses })
  const url = login(names.application)
  const pools = createPools({ url, maxConnections: 4, acquireTimeoutMs: 5_000, verify: verifyDatabase })
  return {
    tenant: (slug, tier) => tenants.create({ slug, name: slug, tier }, async () => {}),
    node(clock = systemClock, through = (control) => control) {
      const catalog = createCatalog({ pools, names, clock })
      // The movable clock is the keys' own: proofs are held against the server's.
      const door = openDoor({ pools, catalog, proofs: createProofs(doorKey, systemClock), holdMs: 5_000 })
      const control = through(door.at(() => controlPlacement(names)))
      const tenantExists = async (id: string) => (await catalog.find(id)) !== undefined
      return { keys: createApiKeys({ control, tenantExists, clock }) }
    },
    admin: (text) =>
      asClient(urlOf(adminUrl, names.controlDatabase), async (client) => (await client.query(text)).rows),
    stop: () => pools.stop(),
  }
}
