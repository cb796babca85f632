/** Where nodes run: on a PostgreSQL beside them, or one of them on a PostgreSQL of its own. */
import { randomBytes } from 'node:crypto'
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { deployment } from '@rowhouse/tenancy'
import type { Edit } from '../nodes/edit.ts'
import { type Node, startNode } from '../nodes/node.ts'
import { openSite } from '../nodes/site.ts'
import { openDatabase, type Database } from './database.ts'
import type { Start } from './fleet.ts'
import { modules } from './product/product.ts'

export interface Ground {
  readonly operatorApiKey: string
  readonly start: Start
  /** As long as a node runs. */
  database(): Database
  /** Ends everything and removes it. */
  close(): Promise<void>
}

/** The nodes serve the proof's product instead of the helpdesk alone. */
export const product: Edit = {
  file: 'apps/server/start.ts',
  from: `import { modules } from '@rowhouse/helpdesk'`,
  to: `import { modules } from '../../proofs/kills/product/product.ts'`,
}

/** The server of `adminUrl` outlives the nodes. */
export async function besidePostgres(adminUrl: string, edits: readonly Edit[]): Promise<Ground> {
  const site = await openSite(adminUrl, { modules })
  const database = openDatabase(adminUrl, site.names)
  return {
    operatorApiKey: site.operatorApiKey,
    start: (name, options) => site.start(name, { ...options, edits: [product, ...edits] }),
    database: () => database,
    async close() {
      await database.close()
      await site.close()
    },
  }
}

/** As with `npm start`: PostgreSQL is the node's own and ends when it is killed. */
export function withEmbeddedPostgres(edits: readonly Edit[]): Ground {
  const folder = mkdtempSync(join(tmpdir(), 'rowhouse-proof-'))
  // PostgreSQL runs as another user when we are root, and must get in.
  chmodSync(folder, 0o711)
  const home = join(folder, 'home')
  const operatorApiKey = randomBytes(32).toString('hex')
  const environment = { ROWHOUSE_HOME: home, OPERATOR_API_KEY: operatorApiKey }
  const postgres = (file: string) => join(home, 'postgres', file)
  const read = (file: string) => readFileSync(postgres(file), 'utf8').trim()
  const nodes = new Set<Node>()
  let database: Database | undefined
  return {
    operatorApiKey,
    async start(_name, options) {
      const node = await startNode(environment, { ...options, edits: [product, ...edits] })
      nodes.add(node)
      void node.ended.then(() => nodes.delete(node))
      return node
    },
    database() {
      const url = `postgres://postgres:${read('password')}@127.0.0.1:${read('port')}/postgres`
      return (database ??= openDatabase(url, deployment('rowhouse', 'rowhouse')))
    },
    async close() {
      await database?.close()
      await Promise.all([...nodes].map((node) => node.stop()))
      const deadline = Date.now() + 15_000
      while (existsSync(postgres('data/postmaster.pid')) && Date.now() < deadline) await sleep(50)
      rmSync(folder, { recursive: true, force: true, maxRetries: 20 })
    },
  }
}
