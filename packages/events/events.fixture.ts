/** A deployment with events, and as many nodes with relays as a test wants. */
import { newId, systemClock } from '@rowhouse/kernel'
import { createLog } from '@rowhouse/telemetry'
import {
  connectAs,
  createPools,
  type Execute,
  memberMigrations,
  sqlMigrations,
  type Tier,
  verifyDatabase,
} from '@rowhouse/tenancy'
import { z } from 'zod'
import { deploy, type Deployed, openNode, tiers } from '../tenancy/deployment.fixture.ts'
import {
  createEvents,
  type Emit,
  eventMigrations,
  type EventsOptions,
  type EventType,
  type Subscriber,
  type SubscriberContext,
} from './events.ts'

export { tiers }

/** Something happened: the simplest event there is. */
export const happened = {
  kind: 'event',
  name: 'things.happened',
  version: 1,
  payload: z.object({ id: z.string(), n: z.int() }),
} as const satisfies EventType

export const subscriber = (
  name: string,
  handle: (context: SubscriberContext<never, { id: string; n: number }>) => Promise<void>,
  event: EventType = happened,
): Subscriber => ({ kind: 'subscriber', name, event, handle: handle })

/** Writes down what it handles: `<id>:<n>`. */
export const recorder = (name = 'test.recorder', before: (n: number) => Promise<void> = async () => {}): Subscriber =>
  subscriber(name, async ({ event: { payload }, db }) => {
    await before(payload.n)
    await record(db, `${payload.id}:${payload.n}`)
  })

interface Tables {
  effects: { id: string; at: number; what: string }
}

export async function record(db: SubscriberContext<Tables>['db'], what: string): Promise<void> {
  await db.insertInto('effects').values({ id: newId(), at: Date.now(), what }).execute()
}

export interface NodeOptions extends Partial<EventsOptions> {
  /** Where its log goes. */
  readonly lines?: string[]
  /** Its relay does not run. */
  readonly idle?: boolean
}

/** A node of the application tier, with its relay. */
export function startNode(
  deployed: Pick<Deployed, 'names' | 'applicationUrl' | 'relayUrl' | 'doorKey'>,
  subscribers: readonly Subscriber[],
  { lines, idle, ...options }: NodeOptions = {},
) {
  const { door, pools } = openNode(deployed, { maxConnections: 12 })
  const relayPools = createPools({
    connect: connectAs({ url: deployed.relayUrl, verify: verifyDatabase }),
    maxConnections: 2,
    acquireTimeoutMs: 5_000,
  })
  const { emitting, relay, parkedKeys } = createEvents({
    door,
    relayPools,
    names: deployed.names,
    events: [happened, ...subscribers.map(({ event }) => event)],
    subscribers,
    clock: systemClock,
    log: createLog({ level: 'debug', stream: { write: (line) => void lines?.push(line) } }),
    sweepMs: 50,
    firstDelayMs: 20,
    ...options,
  })
  if (!idle) relay.start()
  return {
    door,
    relay,
    parkedKeys,
    /** A command that changes something and emits. */
    command: (tenantId: string, work: (emit: Emit, execute: Execute) => Promise<void> | void): Promise<void> =>
      emitting<void, void>(
        tenantId,
        (run) => door.transaction(tenantId, run),
        async (execute, emit) => work(emit, execute),
      ),
    async stop() {
      await relay.stop()
      await Promise.all([pools.stop(), relayPools.stop()])
    },
  }
}

export type Node = ReturnType<typeof startNode>

export async function openSite(adminUrl: string) {
  const effects = { module: 'effects', migrations: sqlMigrations(import.meta.url, './effects.fixture') }
  const deployed = await deploy(adminUrl, { houses: [memberMigrations, effects], databases: [eventMigrations] })
  const watcher = openNode(deployed)
  const nodes: Node[] = []
  let tenants = 0

  async function effectsOf(tenantId: string): Promise<string[]> {
    const { rows } = await watcher.door.query(tenantId, 'select what from effects order by id', [])
    return rows.map(({ what }) => String(what))
  }

  /** Events that are not yet handled, wherever they are. */
  async function waiting(tenantId: string): Promise<number> {
    const { rows } = await watcher.door.query(tenantId, countWaiting, [])
    return Number(rows[0]!['waiting'])
  }

  return {
    deployed,
    door: watcher.door,
    effectsOf,
    waiting,
    /** A tenant of its own for a test. @returns its id */
    tenant: async (tier: Tier = 'shared') => (await deployed.tenant(`t-${(tenants += 1)}`, tier)).id,
    node(subscribers: readonly Subscriber[], options?: NodeOptions): Node {
      const node = startNode(deployed, subscribers, options)
      nodes.push(node)
      return node
    },
    /** What the tenant's subscribers did, when nothing more is to be done. */
    async settled(tenantId: string, timeoutMs?: number): Promise<string[]> {
      await until(async () => (await waiting(tenantId)) === 0, timeoutMs)
      return effectsOf(tenantId)
    },
    async stop() {
      await Promise.all(nodes.map((node) => node.stop()))
      await watcher.stop()
    },
  }
}

export type Site = Awaited<ReturnType<typeof openSite>>

const countWaiting =
  'select (select count(*) from rowhouse.outbox) + (select count(*) from rowhouse.deliveries) as waiting'

/** @throws when it is not so within `timeoutMs` */
export async function until(isSo: () => Promise<boolean> | boolean, timeoutMs = 15_000): Promise<void> {
  const deadline = performance.now() + timeoutMs
  while (!(await isSo())) {
    if (performance.now() > deadline) throw new Error(`Not so after ${timeoutMs} ms`)
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}

/** `a:1` … `a:<last>` */
export const numbered = (id: string, last: number): string[] =>
  Array.from({ length: last }, (_, at) => `${id}:${at + 1}`)
