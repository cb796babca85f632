/** Events: what happened is told once, in the transaction in which it happened, and acted on once in effect. */
import type { Clock } from '@rowhouse/kernel'
import type { Log } from '@rowhouse/telemetry'
import { type Deployment, type Door, type ModuleMigrations, type Pools, sqlMigrations } from '@rowhouse/tenancy'
import { createDeliver } from './deliver.ts'
import type { EventType } from './event.ts'
import { createFanOut } from './fan-out.ts'
import { createEmitting, type Emitting } from './outbox.ts'
import { createParkedKeys, type ParkedKeys } from './parked-keys.ts'
import { createRelay, type Relay } from './relay.ts'
import { createRetries, type RetryOptions } from './retries.ts'
import type { Subscriber } from './subscriber.ts'
import { createSurveyor } from './survey.ts'

export { eventErrors } from './errors.ts'
export { type Emit, type EventType } from './event.ts'
export { type Emitting } from './outbox.ts'
export { type FoundKeys, type ParkedKey, type ParkedKeyPlace, type ParkedKeys } from './parked-keys.ts'
export { type Relay } from './relay.ts'
export { type DeliveredEvent, type Subscriber, type SubscriberContext } from './subscriber.ts'

/** Of the schema `rowhouse` of every database where tenants live. */
export const eventMigrations: ModuleMigrations = {
  module: 'events',
  migrations: sqlMigrations(import.meta.url, './migrations'),
}

export interface Events {
  /** Tells the relay of each commit that had events. */
  readonly emitting: Emitting
  readonly relay: Relay
  readonly parkedKeys: ParkedKeys
}

export interface EventsOptions extends Partial<RetryOptions> {
  readonly door: Door
  /** Of the relay's role. */
  readonly relayPools: Pools
  readonly names: Deployment
  /** Every event of the product, and everything that acts on one. */
  readonly events: readonly EventType[]
  readonly subscribers: readonly Subscriber[]
  readonly clock: Clock
  readonly log: Log
  /** Pieces of work at once: in all, and of one tenant. */
  readonly concurrency?: { readonly total: number; readonly perTenant: number }
  readonly sweepMs?: number
  /** An attempt that takes longer has failed. Less than the 30 s after which PostgreSQL ends an idle transaction. */
  readonly handlerTimeoutMs?: number
}

export function createEvents(options: EventsOptions): Events {
  const { door, relayPools, names, events, subscribers, clock, log } = options
  const { maxAttempts = 8, firstDelayMs = 1_000, maxDelayMs = 300_000 } = options
  const { concurrency = { total: 8, perTenant: 2 }, sweepMs = 1_000, handlerTimeoutMs = 10_000 } = options
  const nudge = (tenantId: string) => relay.nudge(tenantId)
  const emitting = createEmitting(events, nudge)
  const retries = createRetries(door, { maxAttempts, firstDelayMs, maxDelayMs })
  const surveyor = createSurveyor(relayPools, names)
  const relay = createRelay({
    surveyor,
    fanOut: createFanOut(door, events, subscribers),
    deliver: createDeliver({ door, emitting, retries, handlerTimeoutMs, clock, log }),
    subscribers,
    concurrency,
    sweepMs,
    log,
  })
  return { emitting, relay, parkedKeys: createParkedKeys({ door, surveyor, nudge, log }) }
}
