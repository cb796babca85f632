/** Who has work: asked as the relay's role, which sees this of all tenants of a database and nothing else. */
import { askIn, type Deployment, type Pools } from '@rowhouse/tenancy'

export interface Survey {
  /** Tenants with events to hand on, or deliveries that are due. */
  readonly tenantIds: readonly string[]
  /** Since when the oldest event waits to be handed on, and the oldest delivery to be handled; 0 when none does. */
  readonly outboxAgeS: number
  readonly inboxLagS: number
  readonly parkedKeys: number
}

export interface Surveyor {
  /** The databases in which tenants live. */
  databases(): Promise<string[]>
  survey(databaseName: string): Promise<Survey>
  /** Tenants of a database that have parked keys, from `after` on, by id. */
  parkedTenants(databaseName: string, from: string | null, limit: number): Promise<string[]>
}

/** @param pools of the relay's role */
export function createSurveyor(pools: Pools, names: Deployment): Surveyor {
  const ask = askIn(pools)

  return {
    async databases() {
      const rows = await ask(names.controlDatabase, 'select name from control.list_databases()')
      return rows.map(({ name }) => name as string)
    },
    async survey(databaseName) {
      const [row] = await ask(databaseName, surveyDatabase)
      return row as unknown as Survey
    },
    async parkedTenants(databaseName, from, limit) {
      const rows = await ask(databaseName, selectParkedTenants, [from, limit])
      return rows.map(({ tenantId }) => tenantId as string)
    },
  }
}

/** From tenant to tenant by the index: it costs as much as there are tenants with work, whatever the work. */
const surveyDatabase = `
  with recursive emitting as (
    (select o.tenant_id, o.sequence from rowhouse.outbox o order by o.tenant_id, o.sequence limit 1)
    union all
    select n.tenant_id, n.sequence from emitting e cross join lateral (
      select o.tenant_id, o.sequence from rowhouse.outbox o
      where o.tenant_id > e.tenant_id order by o.tenant_id, o.sequence limit 1
    ) n
  ), waiting as (
    (select k.tenant_id, k.due_at from rowhouse.delivery_keys k
      where k.parked_at is null order by k.tenant_id, k.due_at limit 1)
    union all
    select n.tenant_id, n.due_at from waiting w cross join lateral (
      select k.tenant_id, k.due_at from rowhouse.delivery_keys k
      where k.parked_at is null and k.tenant_id > w.tenant_id order by k.tenant_id, k.due_at limit 1
    ) n
  ), busy as (
    select e.tenant_id from emitting e union select w.tenant_id from waiting w where w.due_at <= now()
  )
  select
    array(select b.tenant_id from busy b) as tenant_ids,
    coalesce(extract(epoch from now()) - (select min(e.sequence) from emitting e) / 1000000.0, 0)::float8 as outbox_age_s,
    greatest(coalesce(extract(epoch from now() - (select min(w.due_at) from waiting w)), 0), 0)::float8 as inbox_lag_s,
    (select count(*) from rowhouse.delivery_keys k where k.parked_at is not null) as parked_keys
`

const selectParkedTenants = `
  select distinct k.tenant_id from rowhouse.delivery_keys k
  where k.parked_at is not null and ($1::uuid is null or k.tenant_id >= $1)
  order by k.tenant_id limit $2
`
