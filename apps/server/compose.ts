/**
 * The composition root: settings in, a running server's parts out, from top to bottom. Nothing else constructs a pillar.
 */
import { type ProductModule, bindOperation, productEvents, tenantOperations as operationsOf } from '@rowhouse/app'
import { createEvents, type Relay } from '@rowhouse/events'
import type { Caller, Operation } from '@rowhouse/http'
import {
  type ApiKeys,
  authKeys,
  createAccessTokens,
  createApiKeys,
  createPeople,
  isOperatorKey,
  type People,
} from '@rowhouse/identity'
import { createOnce } from '@rowhouse/idempotency'
import { systemClock } from '@rowhouse/kernel'
import { type MailPillar, type MailUrl, openMail } from '@rowhouse/mail'
import {
  apiKeyOperations,
  authOperations,
  createOnboarding,
  invitationOperations,
  manageApiKeys,
  manageMembers,
  members,
  type Onboard,
  parkedKeyOperations,
  poolOperations,
  tenantOperations,
} from '@rowhouse/modules'
import type { Log } from '@rowhouse/telemetry'
import {
  askControl,
  controlPlacement,
  createCatalog,
  type ConsistencyTokens,
  createConsistencyTokens,
  createProofs,
  createTenants,
  type Door,
  openDoor,
  type Tenants,
  verifyDeployment,
} from '@rowhouse/tenancy'
import type { ServerConfig } from './config.ts'
import { type ConnectionBounds, type Connections, openConnections } from './connections.ts'
import { type Database, migrationsOf } from './database.ts'

export interface Platform {
  readonly operations: readonly Operation[]
  readonly door: Door
  readonly tenants: Tenants
  readonly apiKeys: ApiKeys
  readonly people: People
  readonly mail: MailPillar
  readonly onboard: Onboard
  readonly connections: Connections
  readonly relay: Relay
  /** When there are replicas: what callers carry from one answer to the next request. */
  readonly consistency: ConsistencyTokens | undefined
  authenticate(audience: 'tenant' | 'operator', token: string): Promise<Caller | null>
  /** The id of the tenant whose name the host is: `acme.localhost`. */
  tenantOfHost(host: string): Promise<string | null>
  /** The start-up refusals. @throws tenancy.* saying what stands open or does not fit */
  refuseOpenDoors(): Promise<void>
  /** What keeps the server from serving. */
  obstacles(): Promise<string[]>
}

export interface PlatformOptions {
  readonly database: Database
  /** The product. */
  readonly modules: readonly ProductModule[]
  readonly doorKey: string
  readonly authKey: string
  readonly operatorApiKey: string
  readonly bounds: ConnectionBounds & Pick<ServerConfig, 'maxDedicated'>
  /** How old what a replica shows may be. */
  readonly replicaMaxLagMs?: number
  readonly domain: string
  /** Where people reach the platform, for links in mail. */
  readonly origin: () => string
  readonly mailUrl: MailUrl
  readonly log: Log
}

export function compose({
  database,
  modules,
  doorKey: doorKeyHex,
  authKey,
  operatorApiKey,
  bounds,
  replicaMaxLagMs = 10_000,
  domain,
  origin,
  mailUrl,
  log,
}: PlatformOptions): Platform {
  const { names, migratorUrl } = database
  const everybodys = [names.controlDatabase, names.sharedDatabase]
  const doorKey = Buffer.from(doorKeyHex, 'hex')
  const clock = systemClock

  // Tenancy
  const connections = openConnections(database, bounds, replicaMaxLagMs)
  const { pools, directPools, relayPools, replicas } = connections
  const catalog = createCatalog({ pools, names, clock })
  const proofs = createProofs(doorKey, clock)
  const door = openDoor({ pools, directPools, catalog, proofs, holdMs: 5_000, replicas })
  const tenants = createTenants({
    migratorUrl,
    names,
    doorKey,
    modules: migrationsOf(modules).houses,
    maxDedicated: bounds.maxDedicated,
  })

  // Identity
  const control = door.at(() => controlPlacement(names))
  const tenantExists = async (id: string) => (await catalog.find(id)) !== undefined
  const apiKeys = createApiKeys({ control, tenantExists, clock })
  const onboard = createOnboarding({ tenants, door, apiKeys })
  const ask = askControl(pools, names)
  const keys = authKeys(authKey)
  const consistency = replicas && createConsistencyTokens(keys.deriveAll('consistency tokens'))
  const accessTokens = createAccessTokens({ keys, domain, clock })
  const mail = openMail(mailUrl, ask)
  const people = createPeople({
    ask,
    control,
    door,
    tenants,
    tenantExists,
    keys,
    accessTokens,
    sendMail: mail.send,
    origin,
    log,
  })

  // Idempotency: answers are kept where the effects are
  const sealKeys = keys.deriveAll('idempotent answers')
  const once = createOnce({ door, table: 'rowhouse.idempotency_keys', sealKeys })
  const onceInControl = createOnce({ door: control, table: 'control.idempotency_keys', sealKeys })

  const product: readonly ProductModule[] = [members, ...modules]

  // Events
  const { emitting, relay, parkedKeys } = createEvents({
    door,
    relayPools,
    names,
    ...productEvents(product),
    clock,
    log,
  })

  // Modules
  const bound = product
    .flatMap(operationsOf)
    .map((operation) => bindOperation(operation, { door, emitting, once, clock }))
  const permissions = [
    ...new Set([...bound.flatMap(({ permission }) => permission?.name ?? []), manageApiKeys.name, manageMembers.name]),
  ].toSorted()
  const ofMembers = permissions.filter((name) => name !== manageApiKeys.name && name !== manageMembers.name)
  const tenantOfName = async (name: string) =>
    (await catalog.findBySlug(name)) ?? (isUuid(name) && (await tenantExists(name)) ? name : null)
  const operations = [
    ...bound,
    ...apiKeyOperations(apiKeys, permissions, onceInControl),
    ...tenantOperations(tenants, onboard),
    ...authOperations(people, accessTokens, tenantOfName),
    ...invitationOperations(people, onceInControl),
    ...parkedKeyOperations(
      parkedKeys,
      tenants,
      productEvents(product).subscribers.map(({ name }) => name),
    ),
    ...poolOperations({
      listPools: connections.list,
      totals: connections.totals,
      tenants,
    }),
  ]

  return {
    operations,
    door,
    tenants,
    apiKeys,
    people,
    mail,
    onboard,
    connections,
    relay,
    consistency,

    async authenticate(audience, token) {
      if (audience === 'operator') return isOperatorKey(token, operatorApiKey) ? operator : null
      const member = await accessTokens.verify(token)
      if (member) {
        const { sessionId: id, tenantId, memberId, role } = member
        return { kind: 'member', id, tenantId, memberId, permissions: role === 'member' ? ofMembers : ['*'] }
      }
      const holder = await apiKeys.authenticate(token)
      if (!holder) return null
      const { keyId: id, tenantId, memberId, permissions: held } = holder
      return { kind: 'api-key', id, tenantId, memberId, permissions: held }
    },

    async tenantOfHost(host) {
      const slug = host.endsWith(`.${domain}`) ? host.slice(0, -domain.length - 1) : undefined
      return slug === undefined || slug.includes('.') ? null : ((await catalog.findBySlug(slug)) ?? null)
    },

    async refuseOpenDoors() {
      for (const name of everybodys) {
        await pools.lend(name, async () => {})
        await relayPools.lend(name, async () => {})
      }
      await verifyDeployment({ migratorUrl, names, doorKey })
    },

    async obstacles() {
      try {
        for (const name of everybodys) {
          await pools.lend(name, (client) => client.query('select 1'))
        }
        return []
      } catch (error) {
        return [error instanceof Error ? error.message : String(error)]
      }
    },
  }
}

const operator: Caller = { kind: 'operator', id: 'operator', memberId: null, tenantId: null, permissions: ['*'] }

const isUuid = (text: string) => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text)
