/** Keys that wait for an operator, because their first event has failed too often. */
import type { Door } from '@rowhouse/tenancy'
import type { Surveyor } from './survey.ts'

export interface ParkedKey {
  readonly tenantId: string
  readonly subscriber: string
  readonly key: string
  /** The first event, which failed. */
  readonly event: { readonly id: string; readonly name: string; readonly version: number }
  readonly attempts: number
  readonly error: string
  /** RFC 3339. */
  readonly parkedAt: string
  /** Events of the key that wait, this one among them; at most 1,000 are counted. */
  readonly waiting: number
}

export type ParkedKeyPlace = Pick<ParkedKey, 'tenantId' | 'subscriber' | 'key'>

export interface ParkedKeys {
  /** In the order of tenant, subscriber and key. */
  list(page: { readonly after: ParkedKeyPlace | null; readonly limit: number }): Promise<ParkedKey[]>
  /**
   * Has the parked keys of a tenant handled again, all or those of one subscriber or one key.
   *
   * @returns how many there were: a repetition finds none
   * @throws tenancy.tenant_not_found
   */
  retry(tenantId: string, which: { readonly subscriber?: string; readonly key?: string }): Promise<number>
}

export function createParkedKeys(door: Door, surveyor: Surveyor, nudge: (tenantId: string) => void): ParkedKeys {
  return {
    async list({ after, limit }) {
      const found: ParkedKey[] = []
      for (const tenantId of await parkedTenants(surveyor, after?.tenantId ?? null, limit + 1)) {
        const from = tenantId === after?.tenantId ? [after.subscriber, after.key] : [null, null]
        const { rows } = await door.query(tenantId, selectParked, [...from, limit - found.length])
        found.push(...(rows as unknown as ParkedRow[]).map((row) => parkedKey(tenantId, row)))
        if (found.length === limit) break
      }
      return found
    },

    async retry(tenantId, { subscriber = null, key = null }) {
      const { rowCount } = await door.query(tenantId, unpark, [subscriber, key])
      if (rowCount > 0) nudge(tenantId)
      return rowCount
    },
  }
}

async function parkedTenants(surveyor: Surveyor, from: string | null, limit: number): Promise<string[]> {
  const databases = await surveyor.databases()
  const found = await Promise.all(databases.map((name) => surveyor.parkedTenants(name, from, limit)))
  return [...new Set(found.flat())].toSorted()
}

interface ParkedRow {
  readonly subscriber: string
  readonly key: string
  readonly eventId: string
  readonly name: string
  readonly version: number
  readonly attempts: number
  readonly lastError: string
  readonly parkedAt: string
  readonly waiting: number
}

const parkedKey = (tenantId: string, row: ParkedRow): ParkedKey => ({
  tenantId,
  subscriber: row.subscriber,
  key: row.key,
  event: { id: row.eventId, name: row.name, version: row.version },
  attempts: row.attempts,
  error: row.lastError,
  parkedAt: row.parkedAt,
  waiting: row.waiting,
})

const selectParked = `
  select k.subscriber, k.key, first.event_id, first.name, first.version, k.attempts, k.last_error, k.parked_at,
    (
      select count(*) from (
        select from rowhouse.deliveries d where d.subscriber = k.subscriber and d.key = k.key limit 1000
      ) d
    ) as waiting
  from rowhouse.delivery_keys k cross join lateral (
    select d.event_id, d.name, d.version from rowhouse.deliveries d
    where d.subscriber = k.subscriber and d.key = k.key order by d.sequence, d.event_id limit 1
  ) first
  where k.parked_at is not null and ($1::text is null or (k.subscriber, k.key) > ($1, $2::text))
  order by k.subscriber, k.key limit $3
`

const unpark = `
  update rowhouse.delivery_keys set parked_at = null, attempts = 0, last_error = null, due_at = now()
  where parked_at is not null and ($1::text is null or subscriber = $1) and ($2::text is null or key = $2)
`
