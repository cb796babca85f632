/** A deployment with events, and as many nodes with relays as a test wants. */
import { newId, systemClock } from '@rowhouse/kernel'
import { createLog } from '@rowhouse/telemetry'
import {
  createPools,
  type Execute,
  memberMigrations,
  sqlMigrations,
  type Tier,
  verifyDatabase,
} from '@rowhouse/tenancy'
import { z } from 'zod'
import { deploy, openNode, tiers } from '../tenancy/deployment.fixture.ts'
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
): Subscriber => ({ kind: 'subscriber', name, event, handle: handle as Subscriber['handle'] })

/** Writes down what it handles: `<id>:<n>`. */
export const recorder = (name = 'test.recorder', before: (n: number) => Promise<void> = async () => {}): Subscriber =>
  subscriber(name, async ({ event: { payload }, db }) => {
    await before(payload.n)
    await record(db as never, `${payload.id}:${payload.n}`)
  })

interface Tables {
  effects: { id: string; at: number; what: string }
}

const record = (db: SubscriberContext<Tables>['db'], what: string) =>
  db.insertInto('effects').values({ id: newId(), at: Date.now(), what }).execute()

export type NodeOptions = Partial<EventsOptions> & { readonly lines?: string[] }

export async function openEvents(adminUrl: string) {
  const effects = { module: 'effects', migrations: sqlMigrations(import.meta.url, './effects.fixture') }
  const deployed = await deploy(adminUrl, { houses: [memberMigrations, effects], databases: [eventMigrations] })
  const tenants = new Map<Tier, string>()
  for (const tier of tiers) tenants.set(tier, (await deployed.tenant(`t-${tier}`, tier)).id)
  const nodes: { stop(): Promise<void> }[] = []
  const watcher = openNode(deployed)

  return {
    deployed,
    tenants,
    watcher,
    /** A node: its relay runs unless a test says otherwise. */
    node(subscribers: readonly Subscriber[], { lines, ...options }: NodeOptions & { readonly idle?: boolean } = {}) {
      const { door, pools } = openNode(deployed, { maxConnections: 12 })
      const relayPools = createPools({
        url: deployed.relayUrl,
        maxConnections: 2,
        acquireTimeoutMs: 5_000,
        verify: verifyDatabase,
      })
      const log = createLog({ level: 'debug', stream: { write: (line) => void lines?.push(line) } })
      const events = createEvents({
        door,
        relayPools,
        names: deployed.names,
        events: [happened, ...subscribers.map(({ event }) => event)],
        subscribers,
        clock: systemClock,
        log,
        sweepMs: 50,
        firstDelayMs: 20,
        ...options,
      })
      if (!options.idle) events.relay.start()
      const node = {
        ...events,
        door,
        async stop() {
          await events.relay.stop()
          await Promise.all([pools.stop(), relayPools.stop()])
        },
      }
      nodes.push(node)
      return node
    },
    effectsOf,
    /** Until the tenant has had so many effects, and nothing more is to be done. */
    async settled(tenantId: string, effects: number): Promise<string[]> {
      await until(async () => (await effectsOf(tenantId)).length >= effects && (await waiting(tenantId)) === 0)
      return effectsOf(tenantId)
    },
    waiting,
    async stop() {
      await Promise.all(nodes.map((node) => node.stop()))
      await watcher.stop()
    },
  }

  async function effectsOf(tenantId: string): Promise<string[]> {
    const { rows } = await watcher.door.query(tenantId, 'select what from effects order by id', [])
    return rows.map(({ what }) => String(what))
  }

  /** Events that are not yet handled, wherever they are. */
  async function waiting(tenantId: string): Promise<number> {
    const { rows } = await watcher.door.query(
      tenantId,
      'select (select count(*) from rowhouse.outbox) + (select count(*) from rowhouse.deliveries) as waiting',
      [],
    )
    return Number(rows[0]!['waiting'])
  }
}

export type OpenEvents = Awaited<ReturnType<typeof openEvents>>
type Node = Pick<ReturnType<OpenEvents['node']>, 'emitting' | 'door'>

/** A command that changes something and emits. */
export const emit = (
  { emitting, door }: Node,
  tenantId: string,
  work: (emit: Emit, execute: Execute) => Promise<void> | void,
): Promise<void> =>
  emitting<void, void>(
    tenantId,
    (run) => door.transaction(tenantId, run),
    async (execute, emit) => work(emit, execute),
  )

/** @throws when it is not so within `timeoutMs` */
export async function until(isSo: () => Promise<boolean> | boolean, timeoutMs = 15_000): Promise<void> {
  const deadline = performance.now() + timeoutMs
  while (!(await isSo())) {
    if (performance.now() > deadline) throw new Error(`Not so after ${timeoutMs} ms`)
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}
