import type { TenantDb } from '@rowhouse/tenancy'
import type { Emit, EventType } from './event.ts'

/** An event as its subscriber gets it. */
export interface DeliveredEvent<Payload = unknown> {
  readonly id: string
  readonly key: string
  readonly name: string
  readonly version: number
  readonly payload: Payload
  /** RFC 3339. */
  readonly emittedAt: string
}

/** What a subscriber gets: an event, and its tenant's tables in one transaction, in which the event also counts as handled. */
export interface SubscriberContext<Tables = never, Payload = unknown> {
  readonly event: DeliveredEvent<Payload>
  readonly db: TenantDb<Tables>
  readonly tenant: { readonly id: string }
  readonly actor: { readonly kind: 'subscriber'; readonly id: string; readonly memberId: null }
  /** The time of this attempt, RFC 3339. */
  readonly now: string
  readonly emit: Emit
  /** Aborted when the attempt has taken too long: hand it to whatever waits outside the database. */
  readonly signal: AbortSignal
}

/** Something that acts on one kind of event. */
export interface Subscriber {
  readonly kind: 'subscriber'
  /** `<module>.<what it does>`. What it has handled is remembered by this name: keep it. */
  readonly name: string
  readonly event: EventType
  handle(context: SubscriberContext): Promise<void>
}
