/** The tenants of a deployment: provisioned into any tier, listed, found. This is the operators' side; it builds houses. */
import { crashPoint, createQueue, newId, RowhouseError } from '@rowhouse/kernel'
import type pg from 'pg'
import { asClient, asOwner } from './administration.ts'
import { controlPlacement, type Placement, type Tier } from './deployment.ts'
import { urlOf } from './connections/address.ts'
import { tenancyErrors } from './errors.ts'
import { createHouseBuilders, type HouseOptions } from './houses.ts'
import { residenceKey } from './proof.ts'

export interface Tenant {
  readonly id: string
  readonly slug: string
  readonly name: string
  readonly tier: Tier
  readonly placement: Placement
  /** RFC 3339. */
  readonly createdAt: string
}

export interface NewTenant {
  /** A DNS label: its host will be `<slug>.<domain>`. */
  readonly slug: string
  readonly name: string
  readonly tier: Tier
}

export interface Tenants {
  /**
   * Makes a tenant: reserve its slug, build its house, let `furnish` put in what it starts with, then open it to the world.
   * When a step fails everything made is removed. When the process dies half way, `repair` removes it.
   *
   * @param caller whose wish it is: when many wait, callers take turns
   * @throws tenancy.slug_taken, tenancy.no_dedicated_database, tenancy.provisioning_busy, tenancy.provisioning_failed, and
   * what `furnish` refuses with a RowhouseError
   */
  create(tenant: NewTenant, furnish: (tenant: Tenant) => Promise<void>, caller?: string): Promise<Tenant>
  /** By id, in pages: `after` is the last id of the page before. */
  list(page: { readonly after: string | null; readonly limit: number }): Promise<Tenant[]>
  find(idOrSlug: string): Promise<Tenant | undefined>
  /** Dedicated databases, those being built among them, and how many there may be. */
  countDedicated(): Promise<{ readonly count: number; readonly max: number }>
  /** Removes what provisioning left behind when its process died. Leaves alone what another process is just making. */
  repair(): Promise<number>
}

export function createTenants(options: HouseOptions): Tenants {
  const { migratorUrl, names, doorKey, maxDedicated = Infinity } = options
  const control = controlPlacement(names)
  const builders = createHouseBuilders(options)
  // Each takes up to three connections that the application then lacks.
  const inTurn = createQueue({ width: 4, waiting: 60, waitingOfOne: 30, full: () => tenancyErrors.provisioningBusy() })
  const inDatabase = <T>(name: string, work: (client: pg.Client) => Promise<T>) =>
    asClient(urlOf(migratorUrl, name), work)
  const inControl = <T>(work: (client: pg.Client) => Promise<T>) => inDatabase(control.databaseName, work)
  const houseOf = ({ id, placement }: Tenant) => ({ tenantId: id, placement })

  async function build(tenant: Tenant): Promise<void> {
    await builders[tenant.tier].build(houseOf(tenant))
    crashPoint('tenancy.provision.built')
    await inDatabase(tenant.placement.databaseName, (client) => moveIn(client, tenant.id, tenant.placement))
    await inControl((client) => moveIn(client, tenant.id, control))
    crashPoint('tenancy.provision.moved-in')
  }

  /** Gives the tenant its key to a house. The proof key is derived; the seal key is made by the database. */
  const moveIn = (client: pg.ClientBase, tenantId: string, { epoch, schemaName }: Placement) =>
    asOwner(client, names, () =>
      client.query(
        `insert into rowhouse.residents (tenant_id, epoch, schema_name, proof_key) values ($1, $2, $3, $4)
         on conflict (tenant_id) do nothing`,
        [tenantId, epoch, schemaName, residenceKey(doorKey, tenantId, epoch)],
      ),
    )

  async function demolish(tenant: Tenant): Promise<void> {
    // It is open when only the answer to that was lost.
    await inControl((client) =>
      client.query(`update control.tenants set state = 'provisioning' where id = $1`, [tenant.id]),
    )
    await builders[tenant.tier].demolish(houseOf(tenant))
    // The tenant's rows in the control database are its keys: the same walls, so the same way out.
    await builders.shared.demolish({ tenantId: tenant.id, placement: control })
    await inControl((client) => client.query('delete from control.tenants where id = $1', [tenant.id]))
  }

  return {
    create: (wanted, furnish, caller) =>
      inTurn(() => inControl((client) => provision(client, wanted, furnish)), caller),

    list: ({ after, limit }) =>
      inControl(async (client) => {
        const { rows } = await client.query<TenantRow>(
          `${selectTenant} where state = 'active' and ($1::uuid is null or id > $1) order by id limit $2`,
          [after, limit],
        )
        return rows.map(tenantOf)
      }),

    find: (idOrSlug) =>
      inControl(async (client) => {
        const { rows } = await client.query<TenantRow>(
          `${selectTenant} where state = 'active' and (id::text = $1 or slug = $1)`,
          [idOrSlug],
        )
        return rows[0] && tenantOf(rows[0])
      }),

    countDedicated: async () => ({ count: await inControl(countDedicated), max: maxDedicated }),

    repair: () =>
      inControl(async (client) => {
        const { rows } = await client.query<TenantRow>(`${selectTenant} where state = 'provisioning'`)
        let removed = 0
        for (const { slug } of rows) {
          const free = await client.query<{ free: boolean }>(
            'select pg_try_advisory_lock(hashtextextended($1, 0)) as free',
            [lockOf(slug)],
          )
          // Looked up again under the lock: it may have been finished meanwhile.
          if (free.rows[0]!.free && (await removeLeftovers(client, slug))) removed += 1
        }
        return removed
      }),
  }

  async function provision(
    client: pg.Client,
    wanted: NewTenant,
    furnish: (tenant: Tenant) => Promise<void>,
  ): Promise<Tenant> {
    // The lock says that somebody is at work on this slug, for as long as that somebody lives.
    await client.query(`set lock_timeout = '20s'`)
    await client.query('select pg_advisory_lock(hashtextextended($1, 0))', [lockOf(wanted.slug)])
    await removeLeftovers(client, wanted.slug)
    const tenant = await (wanted.tier === 'database' ? reserveDatabase : reserve)(client, wanted)
    crashPoint('tenancy.provision.reserved')
    let built = false
    try {
      await build(tenant)
      built = true
      await furnish(tenant)
      crashPoint('tenancy.provision.furnished')
      await client.query(`update control.tenants set state = 'active' where id = $1`, [tenant.id])
      return tenant
    } catch (cause) {
      const left = await demolish(tenant).then(
        () => '',
        (error: unknown) =>
          `. What had been made could not be removed and is removed at the next start: ${String(error)}`,
      )
      // `furnish` says in its own words why.
      if (built && left === '' && cause instanceof RowhouseError) throw cause
      throw tenancyErrors.provisioningFailed({ operator: `${wanted.slug}: ${String(cause)}${left}`, cause })
    }
  }

  /** Needs the lock of the slug. */
  async function removeLeftovers(client: pg.ClientBase, slug: string): Promise<boolean> {
    const { rows } = await client.query<TenantRow>(`${selectTenant} where slug = $1 and state = 'provisioning'`, [slug])
    if (rows[0]) await demolish(tenantOf(rows[0]))
    return rows.length > 0
  }

  /** One at a time in the whole deployment, so that two nodes do not both take the last. */
  async function reserveDatabase(client: pg.ClientBase, wanted: NewTenant): Promise<Tenant> {
    await client.query('select pg_advisory_lock(hashtextextended($1, 0))', [lockOfDedicated])
    try {
      if ((await countDedicated(client)) >= maxDedicated) throw tenancyErrors.noDedicatedDatabase()
      return await reserve(client, wanted)
    } finally {
      await client.query('select pg_advisory_unlock(hashtextextended($1, 0))', [lockOfDedicated])
    }
  }

  async function reserve(client: pg.ClientBase, { slug, name, tier }: NewTenant): Promise<Tenant> {
    const { databaseName, schemaName } = builders[tier].place()
    const { rows } = await client.query<TenantRow>(
      `insert into control.tenants (id, slug, name, tier, database_name, schema_name) values ($1, $2, $3, $4, $5, $6)
       on conflict (slug) do nothing returning ${tenantColumns}`,
      [newId(), slug, name, tier, databaseName, schemaName],
    )
    if (!rows[0]) throw tenancyErrors.slugTaken()
    return tenantOf(rows[0])
  }
}

/** A tenant has its database from its reservation on. */
async function countDedicated(client: pg.ClientBase): Promise<number> {
  const { rows } = await client.query<{ n: number }>(
    `select count(*)::integer as n from control.tenants where tier = 'database'`,
  )
  return rows[0]!.n
}

const lockOfDedicated = 'rowhouse.dedicated databases'

/** One lock for each slug: whoever provisions holds it, so that a live provisioning is told from an abandoned one. */
const lockOf = (slug: string) => `rowhouse.provision ${slug}`

type TenantRow = Record<
  'id' | 'slug' | 'name' | 'cluster_name' | 'database_name' | 'schema_name' | 'epoch' | 'created_at',
  string
> & {
  tier: Tier
}

const tenantColumns = `id, slug, name, tier, cluster_name, database_name, schema_name, epoch,
  to_char(created_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as created_at`
const selectTenant = `select ${tenantColumns} from control.tenants`

const tenantOf = (row: TenantRow): Tenant => ({
  id: row.id,
  slug: row.slug,
  name: row.name,
  tier: row.tier,
  placement: {
    clusterName: row.cluster_name,
    databaseName: row.database_name,
    schemaName: row.schema_name,
    epoch: Number(row.epoch),
  },
  createdAt: row.created_at,
})
