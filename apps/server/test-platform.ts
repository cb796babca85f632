/** A whole platform on a server for tests: the composition root's own parts, a deployment of its own, a tenant in each tier. */
import { randomBytes } from 'node:crypto'
import type { ProductModule } from '@rowhouse/app'
import { createHttpServer } from '@rowhouse/http'
import { readConfig } from '@rowhouse/kernel'
import { createLog } from '@rowhouse/telemetry'
import { deployment, migrateAll, prepareCluster, type Tier, urlOf } from '@rowhouse/tenancy'
import { compose, type Platform, type PlatformOptions } from './compose.ts'
import { settings } from './config.ts'
import { type Database, migrationsOf } from './database.ts'
import { api } from './documents.ts'
import { invitationPages } from './invitation-page.ts'
import { mailboxPages } from './mailbox-page.ts'

export interface TestTenant {
  readonly id: string
  readonly slug: string
  readonly tier: Tier
  readonly ownerId: string
  /** A key with every permission. */
  readonly key: string
}

export interface TestPlatform {
  readonly platform: Platform
  readonly database: Database
  /** Where the server listens. */
  readonly origin: string
  readonly operatorKey: string
  /** `alpha-<tier>` and `beta-<tier>` in each tier. */
  readonly tenants: readonly TestTenant[]
  stop(): Promise<void>
}

const tiers = ['shared', 'schema', 'database'] as const

/**
 * @param adminUrl a superuser's URL; the deployment made there is left to its server's end.
 * @param options.relay has subscribers act; without it what is emitted stays where it is
 * @param options.standbys of that server, to be read
 */
export async function startTestPlatform(
  adminUrl: string,
  modules: readonly ProductModule[],
  options: {
    readonly relay?: boolean
    readonly standbys?: readonly { readonly port: number }[]
    readonly bounds?: Partial<PlatformOptions['bounds']>
  } = {},
): Promise<TestPlatform> {
  const names = deployment(`t${randomBytes(4).toString('hex')}`, `t${randomBytes(4).toString('hex')}_control`)
  const login = (user: string, port?: number) => {
    const url = new URL(urlOf(adminUrl, names.controlDatabase))
    if (port !== undefined) url.port = String(port)
    url.username = user
    url.password = user
    return url.href
  }
  const database = {
    names,
    url: login(names.application),
    migratorUrl: login(names.migrator),
    relayUrl: login(names.relay),
    replicaUrls: (options.standbys ?? []).map(({ port }) => login(names.application, port)),
  }
  await prepareCluster(adminUrl, names, {
    applicationPassword: names.application,
    migratorPassword: names.migrator,
    relayPassword: names.relay,
  })
  await migrateAll(database.migratorUrl, names, migrationsOf(modules))

  const operatorKey = `rho_${randomBytes(24).toString('base64url')}`
  const doorKey = randomBytes(32).toString('hex')
  let origin = ''
  const log = createLog({ level: 'silent' })
  const platform = compose({
    database,
    modules,
    doorKey,
    authKey: randomBytes(32).toString('hex'),
    operatorApiKey: operatorKey,
    bounds: { ...readConfig(settings, {}), poolSize: 4, ...options.bounds },
    domain: 'localhost',
    origin: () => origin,
    mailUrl: 'mailbox:',
    log,
  })
  const server = createHttpServer({
    operations: platform.operations,
    authenticate: platform.authenticate,
    tenantOfHost: platform.tenantOfHost,
    ready: platform.obstacles,
    consistency: platform.consistency,
    pages: invitationPages(),
    livePages: mailboxPages(platform.mail),
    log,
    api,
  })

  if (options.relay) platform.relay.start()
  platform.connections.replicas?.start()
  origin = await server.listen({ host: '127.0.0.1', port: 0 })

  const tenants: TestTenant[] = []
  for (const tier of tiers) {
    for (const name of ['alpha', 'beta']) {
      const slug = `${name}-${tier}`
      const owner = { email: `owner@${slug}.example`, name: `Owner of ${slug}` }
      const made = await platform.onboard({ slug, name: slug, tier, owner })
      tenants.push({ id: made.id, slug, tier, ownerId: made.owner.memberId, key: made.owner.apiKey })
    }
  }
  return {
    platform,
    database,
    origin,
    operatorKey,
    tenants,
    async stop() {
      await server.close()
      await platform.relay.stop()
      await platform.connections.stop()
    },
  }
}
