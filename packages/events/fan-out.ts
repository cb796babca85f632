/** From the outbox to each subscriber's deliveries: one statement, one flight, one transaction. */
import { crashPoint } from '@rowhouse/kernel'
import { type Door } from '@rowhouse/tenancy'
import pg from 'pg'
import type { EventType } from './event.ts'
import type { Subscriber } from './subscriber.ts'

export interface Handed {
  /** Where something is to be done: what was just handed on, and what was due before. */
  readonly due: readonly { readonly subscriber: string; readonly key: string }[]
  /** There may be more. */
  readonly more: boolean
}

/** Events, and keys, in one turn. */
const batch = 200

export function createFanOut(door: Door, events: readonly EventType[], subscribers: readonly Subscriber[]) {
  const parameters = [
    events.map(({ name }) => name),
    events.map(({ version }) => version),
    subscribers.map(({ name }) => name),
    subscribers.map(({ event }) => event.name),
    subscribers.map(({ event }) => event.version),
    batch,
  ]

  return async function fanOut(tenantId: string): Promise<Handed> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        const { rows } = await door.query(tenantId, handOn, parameters)
        crashPoint('events.fanned-out')
        const due = (rows as unknown as Row[]).filter((row) => row.key !== null)
        const taken = Number(rows[0]!['taken'])
        return { due: due as Handed['due'], more: taken === batch || due.length >= batch }
      } catch (error) {
        // A key was taken away because nothing waited, just while something was added to it: now it is made anew.
        const keyGone = error instanceof pg.DatabaseError && error.code === '23503'
        if (!keyGone || attempt === 5) throw error
      }
    }
  }
}

type Row = { readonly taken: number; readonly subscriber: string | null; readonly key: string | null }

/**
 * The oldest events first, each locked and waited for: when two nodes do this at once, the second goes on where the first
 * has stopped, and later events of a key never get past earlier ones. An event that this node has never heard of stays
 * for one that has. A version that it has not heard of goes to whoever subscribes to the event at all.
 */
const handOn = `
  with known (name, version) as (
    select * from unnest($1::text[], $2::integer[])
  ), subscribers (subscriber, name, version) as (
    select * from unnest($3::text[], $4::text[], $5::integer[])
  ), picked as materialized (
    select o.sequence, o.id from rowhouse.outbox o
    where o.name = any ($1) order by o.sequence, o.id limit $6 for update
  ), taken as (
    delete from rowhouse.outbox o using picked p where o.sequence = p.sequence and o.id = p.id
    returning o.sequence, o.id, o.key, o.name, o.version, o.payload, o.trace_parent
  ), wanted as (
    select s.subscriber, t.* from taken t join subscribers s on s.name = t.name
    where s.version = t.version
      or not exists (select from known k where k.name = t.name and k.version = t.version)
  ), keys as (
    insert into rowhouse.delivery_keys (subscriber, key)
    select distinct w.subscriber, w.key from wanted w order by 1, 2
    on conflict do nothing
  ), handed_on as (
    insert into rowhouse.deliveries (subscriber, key, sequence, event_id, name, version, payload, trace_parent)
    select w.subscriber, w.key, w.sequence, w.id, w.name, w.version, w.payload, w.trace_parent from wanted w
  ), waiting as (
    select k.subscriber, k.key from rowhouse.delivery_keys k
    where k.parked_at is null and k.due_at <= now() and k.subscriber = any ($3)
    order by k.due_at limit $6
  )
  select t.taken, d.subscriber, d.key
  from (select count(*) as taken from taken) t
  left join (select w.subscriber, w.key from wanted w union select w.subscriber, w.key from waiting w) d on true
`
