/** The claim on a key: its lock and its first delivery, and what goes when that is handled. */
import type { Execute } from '@rowhouse/tenancy'

export interface Head {
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
export async function claim(execute: Execute, subscriber: string, key: string): Promise<Head | undefined> {
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
export async function settle(
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
