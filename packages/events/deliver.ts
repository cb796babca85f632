/** One delivery: the effect and the row that says that it happened are one transaction. */
import { type Clock, crashPoint } from '@rowhouse/kernel'
import { contextFromHeaders, histogram, type Log, span, SpanKind } from '@rowhouse/telemetry'
import { type Door, type Execute, tenantDb } from '@rowhouse/tenancy'
import { claim, type Head, settle } from './claim.ts'
import { describeError, isPassing } from './describe-error.ts'
import { eventErrors } from './errors.ts'
import { type Emit, readPayload } from './event.ts'
import type { Emitting } from './outbox.ts'
import type { Retries } from './retries.ts'
import type { Subscriber, SubscriberContext } from './subscriber.ts'

export interface DeliverOptions {
  readonly door: Door
  readonly emitting: Emitting
  readonly retries: Retries
  readonly handlerTimeoutMs: number
  readonly clock: Clock
  readonly log: Log
}

/** Handles the first event of a key. @returns whether another waits behind it */
export type Deliver = (tenantId: string, subscriber: Subscriber, key: string) => Promise<boolean>

export function createDeliver(options: DeliverOptions): Deliver {
  const { door, emitting, retries, handlerTimeoutMs, clock, log } = options

  return async (tenantId, subscriber, key) => {
    let head: Head | undefined
    try {
      const open = (work: (execute: Execute) => Promise<boolean>) => door.transaction(tenantId, work)
      const more = await emitting(tenantId, open, async (execute, emit) => {
        head = await claim(execute, subscriber.name, key)
        if (head === undefined) return false
        if (head.fresh) await handle(head, tenantId, subscriber, key, { db: tenantDb(execute), emit })
        crashPoint('events.handled')
        return settle(execute, head, subscriber.name, key)
      })
      if (head) crashPoint('events.delivered')
      return more
    } catch (error) {
      // Nothing was claimed, or nobody can say how it ended: the next sweep finds what is left.
      if (head === undefined || isPassing(error)) throw error
      const said = describeError(error)
      const { attempts, parked } = await retries.failed(tenantId, subscriber.name, key, head.attempts, said)
      const about = { tenantId, subscriber: subscriber.name, eventId: head.eventId, attempts, error: said }
      if (parked) log.error(about, 'event parked')
      else log.warn(about, 'event failed')
      return false
    }
  }

  async function handle(
    head: Head,
    tenantId: string,
    subscriber: Subscriber,
    key: string,
    { db, emit }: { db: SubscriberContext['db']; emit: Emit },
  ): Promise<void> {
    const { eventId: id, name, version, sequence } = head
    const links = head.traceParent === null ? [] : [contextFromHeaders({ traceparent: head.traceParent })]
    const attributes = {
      'rowhouse.tenant.id': tenantId,
      'rowhouse.subscriber': subscriber.name,
      'messaging.message.id': id,
    }
    const startMs = performance.now()
    let outcome = 'failed'
    try {
      await span(
        `handle ${name}`,
        attributes,
        async () => {
          if (version !== subscriber.event.version) throw eventErrors.unknownVersion()
          const payload = readPayload(subscriber.event, head.payload)
          await within(handlerTimeoutMs, (signal) =>
            subscriber.handle({
              event: { id, key, name, version, payload, emittedAt: new Date(sequence / 1000).toISOString() },
              db,
              tenant: { id: tenantId },
              actor: { kind: 'subscriber', id: subscriber.name, memberId: null },
              now: new Date(clock.now()).toISOString(),
              emit,
              signal,
            }),
          )
        },
        { kind: SpanKind.CONSUMER, links },
      )
      outcome = 'handled'
    } finally {
      handling.record((performance.now() - startMs) / 1000, { subscriber: subscriber.name, outcome })
    }
  }
}

const handling = histogram({
  name: 'rowhouse_events_handler_duration_seconds',
  about: 'Time that subscribers take for an event, by subscriber and outcome',
})

/** @throws events.handler_timed_out */
async function within(timeoutMs: number, work: (signal: AbortSignal) => Promise<void>): Promise<void> {
  const controller = new AbortController()
  const { promise: late, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => {
    controller.abort()
    reject(eventErrors.handlerTimedOut())
  }, timeoutMs)
  try {
    await Promise.race([work(controller.signal), late])
  } finally {
    clearTimeout(timer)
  }
}
