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

/**
 * @param adminUrl a superuser's
 * @param modules what its houses are built from; a proof that adds some also edits them into its nodes
 */
export async function openSite(adminUrl: string, modules: readonly ProductModule[] = helpdesk): Promise<Site> {
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
  await prepareCluster(adminUrl, names, { applicationPassword, migratorPassword, relayPassword })
  await migrateAll(migratorUrl, names, migrationsOf(modules))

  const folder = mkdtempSync(join(tmpdir(), 'rowhouse-proof-'))
  const environment = {
    DATABASE_URL: as(names.application, applicationPassword),
    DATABASE_MIGRATOR_URL: migratorUrl,
    DATABASE_RELAY_URL: as(names.relay, relayPassword),
    DATABASE_PREFIX: prefix,
    DOOR_KEY: secret(),
    OPERATOR_API_KEY: operatorApiKey,
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
