/** What a server holds open: its pools, what bounds them, and the replicas. */
import {
  connectAs,
  createPools,
  createReplicas,
  createTotal,
  gaugePools,
  kindOf,
  openReplica,
  type Pools,
  type Replicas,
  type Total,
  verifyDatabase,
  watchPrimary,
} from '@rowhouse/tenancy'
import type { ServerConfig } from './config.ts'
import type { Database } from './database.ts'

export interface Connections {
  readonly pools: Pools
  /** Past the pooler: `pools` when there is none. */
  readonly directPools: Pools
  readonly relayPools: Pools
  /** When there are any. */
  readonly replicas: Replicas | undefined
  readonly totals: readonly Total[]
  /** Of all of them. */
  list: Pools['list']
  stop(): Promise<void>
}

/** See config.ts. */
export type ConnectionBounds = Pick<ServerConfig, 'poolSize' | 'poolTotal' | 'poolQueue' | 'poolWaitMs' | 'tenantShare'>

export function openConnections(
  { names, url, directUrl, relayUrl, replicaUrls = [] }: Database,
  { poolSize, poolTotal, poolQueue, poolWaitMs, tenantShare }: ConnectionBounds,
  replicaMaxLagMs: number,
): Connections {
  const { controlDatabase, sharedDatabase } = names
  const everybodys = [controlDatabase, sharedDatabase]
  const maxConnections = (name: string) => (everybodys.includes(name) ? poolSize : Math.ceil(poolSize / 4))
  const connectTo = (url: string) => connectAs({ url, verify: verifyDatabase })
  const relayTotal = createTotal(Math.ceil(poolTotal / 8))
  const total = createTotal(poolTotal - relayTotal.max)
  const bounds = { kindOf: kindOf(names), tenantShare, maxWaiting: poolQueue, acquireTimeoutMs: poolWaitMs }

  const pools = createPools({ ...bounds, connect: connectTo(url), maxConnections, total })
  const directPools =
    directUrl === undefined
      ? pools
      : createPools({ ...bounds, role: 'direct', connect: connectTo(directUrl), maxConnections: 2, total })
  const relayPools = createPools({
    ...bounds,
    role: 'relay',
    connect: connectTo(relayUrl),
    maxConnections: 2,
    total: relayTotal,
  })
  const openStandby = (url: string) =>
    openReplica({
      url,
      relayUrl,
      controlDatabase,
      verify: verifyDatabase,
      bounds: { ...bounds, maxConnections, total: createTotal(poolTotal) },
    })
  const replicas =
    replicaUrls.length === 0
      ? undefined
      : createReplicas({
          primary: watchPrimary({ relayUrl, controlDatabase }),
          replicas: replicaUrls.map(openStandby),
          maxLagMs: replicaMaxLagMs,
        })

  const all = [...new Set([pools, directPools]), relayPools, ...(replicas ? [replicas] : [])]
  const list = () => all.flatMap((each) => each.list())
  const stopGauges = gaugePools(list)
  return {
    pools,
    directPools,
    relayPools,
    replicas,
    totals: [total, relayTotal],
    list,
    async stop() {
      stopGauges()
      await Promise.all(all.map((each) => each.stop()))
    },
  }
}
