/** A deployment on a PostgreSQL of the proof's, and the nodes that serve it. */
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ProductModule } from '@rowhouse/app'
import { modules as helpdesk } from '@rowhouse/helpdesk'
import { type Deployment, deployment, migrateAll, prepareCluster, urlOf } from '@rowhouse/tenancy'
import { migrationsOf } from '../../apps/server/database.ts'
import { type Node, type NodeOptions, startNode } from './node.ts'

export interface Site {
  readonly names: Deployment
  /** A superuser's URL of the control database. */
  readonly controlUrl: string
  readonly operatorApiKey: string
  /** AUTH_KEY of its nodes, unless `start` is given another. */
  readonly authKey: string
  /** Nodes of different names may run at once: each has a home of its own. */
  start(name: string, options?: NodeOptions & { readonly authKey?: string }): Promise<Node>
  /** Ends its nodes and removes their files; the databases go with their server. */
  close(): Promise<void>
}

export interface SiteOptions {
  /** What its houses are built from; a proof that adds some also edits them into its nodes. */
  readonly modules?: readonly ProductModule[]
  /** On loopback, of all servers of the cluster: any of them may be its primary, and the others are replicas. */
  readonly ports?: readonly number[]
  /** Of its nodes, besides. */
  readonly environment?: Readonly<Record<string, string>>
}

/** @param adminUrl a superuser's */
export async function openSite(
  adminUrl: string,
  { modules = helpdesk, ports, environment: more }: SiteOptions = {},
): Promise<Site> {
  const prefix = `prove_${randomBytes(4).toString('hex')}`
  const names = deployment(prefix, `${prefix}_control`)
  const secret = () => randomBytes(32).toString('hex')
  const [applicationPassword, migratorPassword, relayPassword] = [secret(), secret(), secret()]
  const [authKey, operatorApiKey] = [secret(), secret()]
  const as = (role: string, password: string) => {
    const url = new URL(urlOf(adminUrl, names.controlDatabase))
    url.username = role
    url.password = password
    return url.href
  }
  const migratorUrl = as(names.migrator, migratorPassword)
  const applicationUrl = as(names.application, applicationPassword)
  /** Of each of the servers. */
  const each = (url: string) => (ports ?? []).map((port) => url.replace(/(?<=@)[^/]+/, `127.0.0.1:${port}`))
  const anyOf = (url: string) => (ports ? url.replace(/(?<=@)[^/]+/, hostsOf(ports)) : url)
  await prepareCluster(adminUrl, names, { applicationPassword, migratorPassword, relayPassword })
  await migrateAll(migratorUrl, names, migrationsOf(modules))

  const folder = mkdtempSync(join(tmpdir(), 'rowhouse-proof-'))
  const environment = {
    DATABASE_URL: anyOf(applicationUrl),
    DATABASE_MIGRATOR_URL: anyOf(migratorUrl),
    DATABASE_RELAY_URL: anyOf(as(names.relay, relayPassword)),
    ...(ports && { REPLICA_URLS: each(applicationUrl).join(',') }),
    DATABASE_PREFIX: prefix,
    DOOR_KEY: secret(),
    OPERATOR_API_KEY: operatorApiKey,
    ...more,
  }
  const nodes = new Set<Node>()
  return {
    names,
    controlUrl: urlOf(adminUrl, names.controlDatabase),
    operatorApiKey,
    authKey,
    async start(name, { authKey: key = authKey, ...options } = {}) {
      const home = { ROWHOUSE_HOME: join(folder, name), AUTH_KEY: key }
      const node = await startNode({ ...environment, ...home }, options)
      nodes.add(node)
      void node.ended.then(() => nodes.delete(node))
      return node
    },
    async close() {
      await Promise.all([...nodes].map((node) => node.kill()))
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}

const hostsOf = (ports: readonly number[]) => ports.map((port) => `127.0.0.1:${port}`).join(',')
