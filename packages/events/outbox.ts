/** The only way to publish: an event is a row that is written in the transaction that it tells of. */
import { crashPoint } from '@rowhouse/kernel'
import { traceParent } from '@rowhouse/telemetry'
import type { Execute } from '@rowhouse/tenancy'
import { eventErrors } from './errors.ts'
import { type Emit, type EventType, type StoredEvent, writeEvent } from './event.ts'

/**
 * Gives `work` an `emit`, inside the transaction that `run` opens for it. What it has emitted is stored when it has returned.
 *
 * @throws what `run` and `work` throw, and events.invalid_event
 */
export type Emitting = <T, Result>(
  tenantId: string,
  run: (work: (execute: Execute) => Promise<T>) => Promise<Result>,
  work: (execute: Execute, emit: Emit) => Promise<T>,
) => Promise<Result>

/**
 * @param events all that there are
 * @param onEmitted hears of each commit that had events.
 */
export function createEmitting(events: readonly EventType[], onEmitted: (tenantId: string) => void): Emitting {
  const known = new Set<EventType>(events)

  return async (tenantId, run, work) => {
    let emitted = false
    const result = await run(async (execute) => {
      // `run` may call again, when the tenant has moved: each time with nothing emitted yet.
      const stored: StoredEvent[] = []
      let over = false
      const result = await work(execute, (event, payload, { key } = {}) => {
        if (over) throw new Error(`${event.name} was emitted after its transaction: was a promise not awaited?`)
        // It would wait for ever for a node that has heard of it.
        if (!known.has(event)) throw eventErrors.invalidEvent({ operator: `No module exports ${event.name}` })
        stored.push(writeEvent(event, payload, { key, tenantId }))
      })
      over = true
      emitted = stored.length > 0
      if (emitted) {
        await execute(insertEvents, rowsOf(stored))
        crashPoint('events.emitted')
      }
      return result
    })
    if (emitted) onEmitted(tenantId)
    return result
  }
}

const rowsOf = (events: readonly StoredEvent[]) => [
  events.map(({ id }) => id),
  events.map(({ key }) => key),
  events.map(({ name }) => name),
  events.map(({ version }) => version),
  events.map(({ payload }) => payload),
  traceParent() ?? null,
]

/** Their place in their keys' order: see migrations/0001_events.sql. */
const insertEvents = `
  insert into rowhouse.outbox (id, key, name, version, payload, trace_parent, sequence)
  select e.id, e.key, e.name, e.version, e.payload, $6,
    e.position + greatest(
      (extract(epoch from clock_timestamp()) * 1000000)::bigint,
      (select max(o.sequence) from rowhouse.outbox o where o.key = e.key),
      (select max(d.sequence) from rowhouse.deliveries d where d.key = e.key)
    )
  from unnest($1::uuid[], $2::text[], $3::text[], $4::integer[], $5::text[]) with ordinality
    as e (id, key, name, version, payload, position)
`
