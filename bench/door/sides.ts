/** The ways to read one row that are compared. */
import type { Generated } from 'kysely'
import { type Door, fly, type Pools, type Proofs, queryDb, type Tenant, urlOf } from '@rowhouse/tenancy'
import pg from 'pg'
// Not for users of the door: what it sends first in a flight.
import { entering } from '../../packages/tenancy/entering.ts'
import type { Side } from '../measure.ts'
import { checkRow, type Probe } from './probes.ts'
import { poolSize } from './stage.ts'

export interface ItemTables {
  readonly items: {
    readonly tenantId: Generated<string>
    readonly id: string
    readonly number: number
    readonly title: string
    readonly body: string
  }
}

type NextProbe = () => Probe

const columns = 'tenant_id, id, number, title, body'
const throughTheDoor = `select ${columns} from items where id = $1`

export const doorByKysely = (door: Door, next: NextProbe): Side => ({
  name: 'door by Kysely',
  async unit() {
    const probe = next()
    const row = await queryDb<ItemTables>(door, probe.tenant.id)
      .selectFrom('items')
      .select(['tenantId', 'id', 'number', 'title', 'body'])
      .where('id', '=', probe.id)
      .executeTakeFirst()
    checkRow(row, row?.tenantId, probe)
  },
})

export const doorByText = (door: Door, next: NextProbe): Side => ({
  name: 'door by text',
  async unit() {
    const probe = next()
    const { rows } = await door.query(probe.tenant.id, throughTheDoor, [probe.id])
    checkRow(rows[0], rows[0]?.tenantId, probe)
  },
})

/** Under which name a flight sends its statement. */
export const namings = {
  unnamed: () => '',
  'one name': () => 'flight',
  'a name for each schema': ({ placement }: Tenant) => `flight_${placement.schemaName}`,
} satisfies Record<string, (tenant: Tenant) => string>

/** The door's flight as the driver would send it under other names. */
export const flight = (naming: keyof typeof namings, pools: Pools, proofs: Proofs, next: NextProbe): Side => ({
  name: naming,
  async unit() {
    const probe = next()
    const { id, placement } = probe.tenant
    const statement = { text: throughTheDoor, name: namings[naming](probe.tenant), values: [probe.id] }
    const { rows } = await pools.lend(placement.databaseName, (client) =>
      fly(client, [entering(client, id, proofs.of(id, placement.epoch)), statement]),
    )
    checkRow(rows[0], rows[0]?.tenantId, probe)
  },
})

/** Pools of pg, one for each database, as large as the door's. */
export interface HandPools {
  of(databaseName: string): pg.Pool
  stop(): Promise<void>
}

export function createHandPools(url: string): HandPools {
  const pools = new Map<string, pg.Pool>()
  return {
    of(databaseName) {
      const known = pools.get(databaseName)
      if (known) return known
      const pool = new pg.Pool({ connectionString: urlOf(url, databaseName), max: poolSize, idleTimeoutMillis: 60_000 })
      pool.on('error', () => {})
      pools.set(databaseName, pool)
      return pool
    },
    stop: async () => void (await Promise.all([...pools.values()].map((pool) => pool.end()))),
  }
}

/** What a careful hand writes without any tenancy: a named statement with the tenant in its where clause, no transaction. */
export const byHandNamed = (pools: HandPools, next: NextProbe): Side => ({
  name: 'by hand, named',
  async unit() {
    const probe = next()
    const { id, placement } = probe.tenant
    const text = `select ${columns} from pooled.items where tenant_id = $1 and id = $2`
    const { rows } = await pools.of(placement.databaseName).query({ name: 'by_hand', text, values: [id, probe.id] })
    checkRow(rows[0], rows[0]?.tenant_id, probe)
  },
})

/** The same for a schema of its own: every tenant's text differs, so it is not named. */
export const byHandUnnamed = (pools: HandPools, next: NextProbe): Side => ({
  name: 'by hand, unnamed',
  async unit() {
    const probe = next()
    const { id, placement } = probe.tenant
    const text = `select ${columns} from ${placement.schemaName}.items where tenant_id = $1 and id = $2`
    const { rows } = await pools.of(placement.databaseName).query(text, [id, probe.id])
    checkRow(rows[0], rows[0]?.tenant_id, probe)
  },
})

/** What is usual: four awaited round trips, and a policy that believes the setting. */
export const usualWay = (pools: HandPools, next: NextProbe): Side => ({
  name: 'usual way',
  async unit() {
    const probe = next()
    const rows = await usualTransaction(pools, probe, async (client) => {
      const text = `select ${columns} from usual.items where id = $1`
      return (await client.query({ name: 'usual', text, values: [probe.id] })).rows
    })
    checkRow(rows[0], rows[0]?.tenant_id, probe)
  },
})

export async function usualTransaction<T>(
  pools: HandPools,
  { tenant: { id, placement } }: Probe,
  work: (client: pg.PoolClient) => Promise<T>,
): Promise<T> {
  const client = await pools.of(placement.databaseName).connect()
  try {
    await client.query('begin')
    await client.query({ name: 'tenant', text: `select set_config('app.tenant_id', $1, true)`, values: [id] })
    const result = await work(client)
    await client.query('commit')
    return result
  } finally {
    client.release()
  }
}
