/** A deployment with keys in its control database, and as many nodes as a test wants. */
import { randomBytes } from 'node:crypto'
import { type Clock, systemClock } from '@rowhouse/kernel'
import { createLog } from '@rowhouse/telemetry'
import {
  askControl,
  asClient,
  catalogMigrations,
  connectAs,
  controlPlacement,
  createCatalog,
  createPools,
  createProofs,
  createTenants,
  type Deployment,
  deployment,
  type Door,
  memberMigrations,
  migrateAll,
  openDoor,
  prepareCluster,
  type Tenant,
  type Tenants,
  type Tier,
  urlOf,
  verifyDatabase,
} from '@rowhouse/tenancy'
import type { QueryResultRow } from 'pg'
import {
  type AccessTokens,
  type ApiKeys,
  authKeys,
  createAccessTokens,
  createApiKeys,
  createPeople,
  identityMigrations,
  type Letter,
  type People,
} from './identity.ts'

export interface IdentityNode {
  readonly keys: ApiKeys
  readonly people: People
  readonly accessTokens: AccessTokens
  readonly door: Door
  /** What it would have sent. */
  readonly letters: Letter[]
  /** What it has logged, a line each. */
  readonly logged: string[]
}

export interface NodeOptions {
  readonly clock?: Clock
  readonly through?: (control: Door) => Door
  /** As the setting AUTH_KEY; the deployment's own when absent. */
  readonly authKey?: string
  /** Instead of collecting letters. */
  readonly sendMail?: (letter: Letter) => Promise<void>
}

/** What another process needs to be a node of the same deployment. */
export interface IdentityDeployment {
  readonly names: Deployment
  readonly url: string
  readonly migratorUrl: string
  /** Hexadecimal. */
  readonly doorKey: string
  readonly authKey: string
}

export interface OpenIdentity {
  readonly deployment: IdentityDeployment
  readonly tenants: Tenants
  tenant(slug: string, tier: Tier): Promise<Tenant>
  /** A node with caches of its own. */
  node(options?: NodeOptions): IdentityNode
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
  const houses = [memberMigrations]
  await prepareCluster(adminUrl, names, {
    applicationPassword: names.application,
    migratorPassword: names.migrator,
    relayPassword: names.relay,
  })
  const migratorUrl = login(names.migrator)
  await migrateAll(migratorUrl, names, { control: [catalogMigrations, identityMigrations], houses })
  const [doorKey, authKey] = [randomBytes(32).toString('hex'), randomBytes(32).toString('hex')] as const
  const where = { names, url: login(names.application), migratorUrl, doorKey, authKey }
  const { tenants, node, stop } = openNodes(where)
  return {
    deployment: where,
    tenants,
    tenant: (slug, tier) => tenants.create({ slug, name: slug, tier }, async () => {}),
    node,
    admin: (text) =>
      asClient(urlOf(adminUrl, names.controlDatabase), async (client) => (await client.query(text)).rows),
    stop,
  }
}

/** Nodes of a deployment that is there; they share their connections and nothing else. */
export function openNodes({
  names,
  url,
  migratorUrl,
  doorKey: doorKeyHex,
  authKey: deploymentsKey,
}: IdentityDeployment) {
  const doorKey = Buffer.from(doorKeyHex, 'hex')
  const tenants = createTenants({ migratorUrl, names, doorKey, modules: [memberMigrations] })
  const pools = createPools({
    connect: connectAs({ url, verify: verifyDatabase }),
    maxConnections: 8,
    acquireTimeoutMs: 20_000,
  })

  function node(options: NodeOptions = {}): IdentityNode {
    const { clock = systemClock, through = (control) => control, authKey = deploymentsKey } = options
    const catalog = createCatalog({ pools, names, clock })
    // The movable clock is the keys' own: proofs are held against the server's.
    const door = openDoor({ pools, catalog, proofs: createProofs(doorKey, systemClock), holdMs: 5_000 })
    const control = through(door.at(() => controlPlacement(names)))
    const tenantExists = async (id: string) => (await catalog.find(id)) !== undefined
    const keys = authKeys(authKey)
    const accessTokens = createAccessTokens({ keys, domain: 'localhost', clock })
    const letters: Letter[] = []
    const logged: string[] = []
    const people = createPeople({
      ask: askControl(pools, names),
      control,
      door,
      tenants,
      tenantExists,
      keys,
      accessTokens,
      sendMail: options.sendMail ?? (async (letter) => void letters.push(letter)),
      origin: () => 'https://rowhouse.example',
      log: createLog({ level: 'info', stream: { write: (line) => void logged.push(line) } }),
    })
    return { keys: createApiKeys({ control, tenantExists, clock }), people, accessTokens, door, letters, logged }
  }

  return { tenants, node, stop: () => pools.stop() }
}
