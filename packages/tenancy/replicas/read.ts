/** One read of a tenant, from a replica if one will do. */
import { setTimeout as sleep } from 'node:timers/promises'
import { counter } from '@rowhouse/telemetry'
import type pg from 'pg'
import type { Placement } from '../deployment.ts'
import { enteringReplica, plain } from '../entering.ts'
import { seen } from '../statements.ts'
import { DatabaseError, fly, type Statement, type StatementResult } from '../wire.ts'
import { type Horizon, isOneHistory, lsnText, parseLsn } from './position.ts'
import { type Replicas, soonMs } from './replicas.ts'

/**
 * What a read must show.
 *
 *   strong      all that has been committed
 *   own-writes  all that its caller has done or seen; so it needs to know what that is
 *   eventual    something of the last seconds; but nothing older than what its caller has seen, as far as that is known
 */
export type Freshness = 'strong' | 'own-writes' | 'eventual'

export interface Reads {
  readonly freshness: Freshness
  /** Its caller's. Without one every read is of the primary. */
  readonly horizon?: Horizon | undefined
}

export interface TenantRead {
  readonly tenantId: string
  readonly home: Placement
  readonly proof: Buffer
  readonly statement: Statement
}

/** @returns undefined when the primary must be asked: it has the last word on whatever a replica refuses. */
export async function readFromReplica(
  replicas: Replicas,
  { freshness, horizon }: Reads,
  read: TenantRead,
): Promise<StatementResult | undefined> {
  const { tenantId, home } = read
  const { databaseName, clusterName, epoch } = home
  const { timeline } = replicas
  if (!horizon || freshness === 'strong') return askPrimary('strong', horizon)
  if (timeline === undefined) return askPrimary('none good', horizon)
  const { position } = horizon
  const here = { clusterName, timeline, epoch }
  if (!position && freshness === 'own-writes') return askPrimary('no token', horizon)
  if (position && !isOneHistory(position, here)) return askPrimary('other history', horizon)
  // The statements of a call go one way, or each would wait for a replica to come as far as the one before has seen.
  if (horizon.server === 'primary') return askPrimary('as before', horizon)
  const untilMs = performance.now() + soonMs

  for (let pauseMs = 2; ; pauseMs *= 2) {
    const after = horizon.position?.lsn ?? 0n
    const replica = replicas.choose(after, horizon.server)
    if (!replica)
      return askPrimary(replicas.all.some(({ standing }) => standing === 'good') ? 'behind' : 'none good', horizon)
    try {
      const result = await replica.read(databaseName, tenantId, (client) => flyInto(client, read, after))
      const lsn = result.behind?.[0]?.['seen'] as string | null | undefined
      // What is shown without a place could not be kept in view.
      if (!lsn) return askPrimary('failed', horizon)
      horizon.advance({ ...here, lsn: parseLsn(lsn) })
      horizon.server = replica.number
      reads.add(1, { role: 'replica' })
      return result
    } catch (error) {
      const reason = reasonOf(error)
      if (reason !== 'behind' || performance.now() + pauseMs > untilMs) return askPrimary(reason, horizon)
      await sleep(pauseMs)
    }
  }
}

function flyInto(
  client: pg.Client,
  { tenantId, proof, statement }: TenantRead,
  after: bigint,
): Promise<StatementResult> {
  const entering = enteringReplica(client, tenantId, proof, lsnText(after))
  return fly(client, [entering, statement], plain(client, seen(tenantId, proof)))
}

type Reason =
  | 'strong'
  | 'no token'
  | 'other history'
  | 'as before'
  | 'none good'
  | 'behind'
  | 'refused'
  | 'conflict'
  | 'failed'

function askPrimary(reason: Reason, horizon: Horizon | undefined): undefined {
  if (horizon) horizon.server = 'primary'
  reads.add(1, { role: 'primary' })
  fallbacks.add(1, { reason })
}

const reads = counter<{ role: 'primary' | 'replica' }>({
  name: 'rowhouse_reads_total',
  about: 'Reads of tenants, where there are replicas, by the server that answered.',
})
const fallbacks = counter<{ reason: Reason }>({
  name: 'rowhouse_replica_fallbacks_total',
  about: 'Reads that went to the primary, by reason.',
})

/** @throws the error itself, when to ask again would only take as long again */
function reasonOf(error: unknown): Reason {
  if (!(error instanceof DatabaseError)) return 'failed'
  if (error.code === queryCanceled) throw error
  return reasons.get(error.code ?? '') ?? 'failed'
}

const queryCanceled = '57014'

const reasons: ReadonlyMap<string, Reason> = new Map([
  // Of `rowhouse.enter_replica`.
  ['RH001', 'refused'],
  ['RH002', 'refused'],
  ['RH004', 'behind'],
  ['RH005', 'refused'],
  // What was being replayed was in the way of the read, or the read in its.
  ['40001', 'conflict'],
  ['40P01', 'conflict'],
])
