/** One delivery: the effect and the row that says that it happened are one transaction. */
import { type Clock, crashPoint } from '@rowhouse/kernel'
import { contextFromHeaders, histogram, type Log, span, SpanKind } from '@rowhouse/telemetry'
import { type Door, type Execute, tenantDb } from '@rowhouse/tenancy'
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

interface Head {
  readonly eventId: string
  readonly sequence: number
  readonly name: string
  readonly version: number
  readonly payload: string
  readonly traceParent: string | null
  /** It was not handled before. */
  readonly fresh: boolean
  readonly attempts: number
}

/** Locks the key, then looks what is first: in a later snapshot, so that what the last holder did is seen. */
async function claim(execute: Execute, subscriber: string, key: string): Promise<Head | undefined> {
  const [locked] = (await execute(lockKey, [subscriber, key])).rows
  if (!locked) return undefined
  const [head] = (await execute(takeFirst, [subscriber, key])).rows
  return head && ({ ...head, ...locked } as unknown as Head)
}

/** Not FOR UPDATE: whoever adds a delivery holds the key shared (it is a foreign key), and does not wait for handlers. */
const lockKey = `
  select attempts from rowhouse.delivery_keys
  where subscriber = $1 and key = $2 and parked_at is null and due_at <= now()
  for no key update skip locked
`

const takeFirst = `
  with first as (
    select d.event_id, d.sequence, d.name, d.version, d.payload, d.trace_parent from rowhouse.deliveries d
    where d.subscriber = $1 and d.key = $2 order by d.sequence, d.event_id limit 1
  ), noted as (
    insert into rowhouse.inbox (subscriber, event_id) select $1, f.event_id from first f
    on conflict do nothing returning event_id
  )
  select f.*, exists (select from noted) as fresh from first f
`

/** Takes the delivery away, and its key when nothing else waits. @returns whether something does */
async function settle(
  execute: Execute,
  { sequence, eventId, attempts }: Head,
  subscriber: string,
  key: string,
): Promise<boolean> {
  await execute(takeAway, [subscriber, key, sequence, eventId, oldestKept()])
  const { rowCount } = await execute(removeIdleKey, [subscriber, key])
  if (rowCount === 0 && attempts > 0) await execute(forgetFailures, [subscriber, key])
  return rowCount === 0
}

/** Whoever adds a row to the inbox removes up to two that are over age: so it holds what the last 30 days brought. */
const keptMs = 30 * 86_400_000

/** The least UUIDv7 of that time. */
const oldestKept = () =>
  `${(Date.now() - keptMs)
    .toString(16)
    .padStart(12, '0')
    .replace(/(.{8})/, '$1-')}-7000-8000-000000000000`

/** The lock waits for those who are just adding a delivery to the key, so that the next statement sees what they added. */
const takeAway = `
  with handled as (
    delete from rowhouse.deliveries where subscriber = $1 and key = $2 and sequence = $3 and event_id = $4
  ), over_age as (
    delete from rowhouse.inbox where subscriber = $1 and event_id in (
      select i.event_id from rowhouse.inbox i where i.subscriber = $1 and i.event_id < $5 order by i.event_id limit 2
    )
  )
  select 1 as locked from rowhouse.delivery_keys where subscriber = $1 and key = $2 for update
`

const removeIdleKey = `
  delete from rowhouse.delivery_keys k where k.subscriber = $1 and k.key = $2
    and not exists (select from rowhouse.deliveries d where d.subscriber = $1 and d.key = $2)
`

const forgetFailures = `
  update rowhouse.delivery_keys set attempts = 0, last_error = null where subscriber = $1 and key = $2
`
