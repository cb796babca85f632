/**
 * A history that ended: a standby has been promoted, and the old primary comes back as one, with a standby that still follows
 * it and whose place in the log could be one of the new history. Nobody may be shown anything of it: not by nodes that knew
 * the old primary, nor by one that starts only now and is told of both.
 *
 * Commits here wait for nobody: each primary is on its own.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { type Cluster, type ClusterServer, type Standby, startCluster } from '@rowhouse/testing'
import type { Tenant } from '../kills/commands.ts'
import { carryOut, makeCommand } from '../kills/workload.ts'
import type { Node } from '../nodes/node.ts'
import { modules } from '../kills/product/product.ts'
import { openSite } from '../nodes/site.ts'
import { type Caller, createCaller, harms, open } from './callers.ts'
import { openStage, type Stage, type StageOptions } from './stage.ts'
import { ask } from './trio.ts'

/** On a cluster of its own. */
export async function readBesideTheOldHistory(options: StageOptions, forMs: number): Promise<void> {
  const cluster = await startCluster({ standbys: 2 })
  try {
    const ports = [cluster.primary, ...cluster.standbys].map(({ port }) => port)
    const environment = { REPLICA_MAX_LAG_MS: '60000' }
    const site = await openSite(cluster.primary.url, { modules, ports, environment })
    try {
      await readBeside(await openStage(site, options), cluster, forMs)
    } finally {
      await site.close()
    }
  } finally {
    await cluster.stop()
  }
}

async function readBeside(stage: Stage, { primary: old, standbys }: Cluster, forMs: number): Promise<void> {
  const [next, follower] = standbys as [Standby, Standby]
  await old.kill()
  await next.promote()
  const callers = stage.tenants.map((tenant) => createCaller(stage, tenant, 'after'))
  // Both nodes get to know the new primary.
  for (const node of stage.nodes) await Promise.all(callers.map((caller) => write(stage, node, caller)))
  await old.start()
  await write(stage, stage.nodes[0], callers[0]!)
  const fresh = await stage.fleet.raise('node-3')
  const written = await Promise.all(callers.map((caller) => write(stage, stage.nodes[0], caller)))
  await comeAlong({ next, old, follower })

  const untilMs = performance.now() + forMs
  const goesOn = () => performance.now() < untilMs && !stage.signal.aborted
  const nodes = [...stage.nodes, fresh]
  await Promise.all(written.flatMap((own) => nodes.map((node) => readOn(stage, node, own, goesOn))))
}

interface Written {
  readonly tenant: Tenant
  readonly id: string
  readonly consistency: string | undefined
}

async function write(stage: Stage, node: Node, caller: Caller): Promise<Written> {
  const { signal } = stage
  const command = makeCommand(caller, open)
  stage.record.push(command)
  await carryOut({ origin: async () => node.origin, signal }, caller, command, 30_000)
  if (command.outcome !== 'acknowledged') throw new Error(`No ticket could be opened: ${command.answer?.body}`)
  const { id } = JSON.parse(command.answer!.body) as { id: string }
  return { tenant: caller.tenant, id, consistency: command.answer!.consistency }
}

/** The place of the follower is beyond all that was written in the new history, and the new primary's is beyond that. */
async function comeAlong({ next, old, follower }: Record<'next' | 'old', ClusterServer> & { follower: Standby }) {
  const behind = async () => {
    const [there] = await ask<{ lsn: string }>(next.url, 'select pg_current_wal_insert_lsn() as lsn')
    const [here] = await ask<{ behind: boolean }>(old.url, `select pg_current_wal_lsn() <= '${there!.lsn}' as behind`)
    return here!.behind
  }
  while (await behind()) await ask(old.url, fill)
  await follower.waitUntilCaughtUp()
  while (!(await behind())) await ask(next.url, fill)
}

const fill = `select pg_logical_emit_message(false, 'fill', repeat('x', 1000000))`

/** What was written is there, with its token and without; and a report counts it. */
async function readOn(stage: Stage, node: Node, { tenant, id, consistency }: Written, goesOn: () => boolean) {
  const bearer = tenant.apiKey
  while (goesOn()) {
    for (const token of [consistency, undefined]) {
      const path = `/api/v1/tickets/${id}`
      const answer = await stage.ask(node, { method: 'GET', path, bearer, consistency: token })
      stage.count.add('reads beside a history that ended')
      if (stage.signal.aborted || answer?.status === 200) continue
      stage.count.find({
        harm: answer?.status === 404 ? harms.write : harms.answer,
        where: `${tenant.tier} tier, at ${node.origin}, ${token === undefined ? 'without' : 'with'} its token, beside a history that ended`,
        saw: answer ? `${answer.status} ${answer.body}` : 'no answer',
      })
    }
    await sleep(20)
  }
}
