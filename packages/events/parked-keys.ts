/** Keys that wait for an operator, because their first event has failed too often. */
import type { Log } from '@rowhouse/telemetry'
import type { Door } from '@rowhouse/tenancy'
import { describeError } from './describe-error.ts'
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

export interface FoundKeys {
  /** In the order of tenant, subscriber and key. */
  readonly items: readonly ParkedKey[]
  /** Databases that did not answer: what is parked there is missing. */
  readonly unasked: readonly string[]
}

export interface ParkedKeys {
  /** Answers what is known when a database is away. */
  list(page: { readonly after: ParkedKeyPlace | null; readonly limit: number }): Promise<FoundKeys>
  /**
   * Has the parked keys of a tenant handled again, all or those of one subscriber or one key.
   *
   * @returns how many there were: a repetition finds none
   * @throws tenancy.tenant_not_found
   */
  retry(tenantId: string, which: { readonly subscriber?: string; readonly key?: string }): Promise<number>
}

export interface ParkedKeysOptions {
  readonly door: Door
  readonly surveyor: Surveyor
  readonly nudge: (tenantId: string) => void
  readonly log: Log
}

export function createParkedKeys({ door, surveyor, nudge, log }: ParkedKeysOptions): ParkedKeys {
  const away = (database: string, error: unknown) =>
    log.warn({ database, error: describeError(error) }, 'parked keys cannot be read')

  /** Tenants with parked keys and their databases, by the tenant's id; and the databases that could not be asked. */
  async function parkedTenants(from: string | null, limit: number) {
    const tenants = new Map<string, string>()
    const unasked = new Set<string>()
    await Promise.all(
      (await surveyor.databases()).map(async (database) => {
        try {
          for (const tenantId of await surveyor.parkedTenants(database, from, limit)) tenants.set(tenantId, database)
        } catch (error) {
          away(database, error)
          unasked.add(database)
        }
      }),
    )
    return { tenants: [...tenants].toSorted(([one], [other]) => (one < other ? -1 : 1)), unasked }
  }

  return {
    async list({ after, limit }) {
      const items: ParkedKey[] = []
      const { tenants, unasked } = await parkedTenants(after?.tenantId ?? null, limit + 1)
      for (const [tenantId, database] of tenants) {
        if (items.length === limit) break
        // One that has just gone away is not asked again for each of its tenants.
        if (unasked.has(database)) continue
        const from = tenantId === after?.tenantId ? [after.subscriber, after.key] : [null, null]
        try {
          const { rows } = await door.query(tenantId, selectParked, [...from, limit - items.length])
          items.push(...(rows as unknown as ParkedRow[]).map((row) => parkedKey(tenantId, row)))
        } catch (error) {
          away(database, error)
          unasked.add(database)
        }
      }
      return { items, unasked: [...unasked].toSorted() }
    },

    async retry(tenantId, { subscriber = null, key = null }) {
      const { rowCount } = await door.query(tenantId, unpark, [subscriber, key])
      if (rowCount > 0) nudge(tenantId)
      return rowCount
    },
  }
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
