/** Nodes that read from the standbys of a cluster. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { ClusterServer } from '@rowhouse/testing'
import { type Deployed, openNode } from '../deployment.fixture.ts'
import {
  createHorizon,
  createReplicas,
  type Freshness,
  type Horizon,
  openReplica,
  verifyDatabase,
  watchPrimary,
} from '../tenancy.ts'
import type { ReplicaOptions } from './replica.ts'

export interface ReadingOptions {
  readonly maxLagMs?: number
  readonly everyMs?: number
  /** In place of what the standby says of itself. */
  readonly look?: (replica: ReplicaOptions, at: number) => ReplicaOptions['look']
}

/** A node, and replicas that it knows by now. */
export async function openReadingNode(
  deployed: Deployed,
  standbys: readonly ClusterServer[],
  { maxLagMs = 2_000, everyMs = 20, look = ({ look }) => look }: ReadingOptions = {},
) {
  const { relayUrl, applicationUrl } = deployed
  const { controlDatabase } = deployed.names
  const replicas = createReplicas({
    primary: watchPrimary({ relayUrl, controlDatabase }),
    replicas: standbys
      .map(({ port }) =>
        openReplica({
          url: at(applicationUrl, port),
          relayUrl,
          controlDatabase,
          bounds: { maxConnections: 3 },
          verify: verifyDatabase,
        }),
      )
      .map((replica, number) => ({ ...replica, look: look(replica, number) })),
    maxLagMs,
    everyMs,
  })
  const node = openNode(deployed, { replicas, holdMs: 300 })
  replicas.start()
  return {
    ...node,
    replicas,
    standings: () => replicas.all.map(({ standing }) => standing),
    /** Resolves when every replica may be read. */
    async untilGood() {
      while (replicas.all.some(({ standing }) => standing !== 'good')) await sleep(5)
    },

    /** Reads as somebody who has seen so much; says which server answered. */
    async read(tenantId: string, freshness: Freshness, horizon: Horizon = createHorizon(), call = 'another call') {
      if (call === 'another call') delete horizon.server
      const { rows } = await node.door.query(tenantId, 'select id from notes order by id', [], { freshness, horizon })
      return { ids: rows.map(({ id }) => id as string), server: horizon.server }
    },

    write: (tenantId: string, id: string, horizon: Horizon = createHorizon()) =>
      node.door.transaction(tenantId, (execute) => execute('insert into notes (id) values ($1)', [id]), horizon),

    async stop() {
      await Promise.all([node.stop(), replicas.stop()])
    },
  }
}

export type ReadingNode = Awaited<ReturnType<typeof openReadingNode>>

const at = (url: string, port: number) => url.replace(/@[^/]+\//, `@127.0.0.1:${port}/`)
