/**
 * Moves what was emitted to those who act on it. It is told of every commit of its own node that had events, and every
 * second it asks all databases who has work: so it finds what a node left behind that is gone, and what is to be tried
 * again. Any number of nodes may do this at once: a key is locked while one of them handles an event of it.
 */
import { contextFromHeaders, type Log, span } from '@rowhouse/telemetry'
import type { Deliver } from './deliver.ts'
import { describeError, isPassing } from './describe-error.ts'
import type { Handed } from './fan-out.ts'
import { createSchedule } from './schedule.ts'
import type { Subscriber } from './subscriber.ts'
import type { Surveyor } from './survey.ts'
import { createSweep } from './sweep.ts'

export interface Relay {
  /** The tenant may have something to do. Does nothing while the relay does not run. */
  nudge(tenantId: string): void
  start(): void
  /** Begins nothing more, and finishes what is under way. */
  stop(): Promise<void>
}

export interface RelayOptions {
  readonly surveyor: Surveyor
  readonly fanOut: (tenantId: string) => Promise<Handed>
  readonly deliver: Deliver
  readonly subscribers: readonly Subscriber[]
  /** Pieces of work at once: in all, and of one tenant. */
  readonly concurrency: { readonly total: number; readonly perTenant: number }
  readonly sweepMs: number
  readonly log: Log
}

export function createRelay(options: RelayOptions): Relay {
  const { surveyor, fanOut, deliver, concurrency, sweepMs, log } = options
  const subscribers = byName(options.subscribers)
  const schedule = createSchedule({ ...concurrency, maxWaiting: 1_000 })
  const sweep = createSweep({ surveyor, found: (tenantId) => look(tenantId), sweepMs, log })
  let running = false

  const look = (tenantId: string) =>
    add(tenantId, 'look', async () => {
      const { due, more } = await fanOut(tenantId)
      for (const { subscriber, key } of due) handle(tenantId, subscriber, key)
      // After what has just been found: work of one tenant is done in the order in which it was added.
      if (more) look(tenantId)
    })

  const handle = (tenantId: string, name: string, key: string) =>
    add(tenantId, `${name} ${key}`, async () => {
      if (await deliver(tenantId, subscribers.get(name)!, key)) handle(tenantId, name, key)
    })

  /** In a trace of its own: whoever nudged does not wait for it. */
  function add(tenantId: string, name: string, work: () => Promise<void>): void {
    schedule.add(tenantId, name, () =>
      span('events.relay', { 'rowhouse.tenant.id': tenantId }, work, { parent: contextFromHeaders({}) }).catch(
        // What is left undone is found by a later sweep.
        (error: unknown) =>
          log[isPassing(error) ? 'debug' : 'warn']({ tenantId, error: describeError(error) }, 'relay held up'),
      ),
    )
  }

  return {
    nudge: (tenantId) => void (running && look(tenantId)),
    start() {
      running = true
      sweep.start()
    },
    async stop() {
      running = false
      await Promise.all([sweep.stop(), schedule.stop()])
    },
  }
}

function byName(subscribers: readonly Subscriber[]): Map<string, Subscriber> {
  const found = new Map<string, Subscriber>()
  for (const subscriber of subscribers) {
    if (found.has(subscriber.name)) throw new Error(`Two subscribers are called ${subscriber.name}`)
    found.set(subscriber.name, subscriber)
  }
  return found
}
