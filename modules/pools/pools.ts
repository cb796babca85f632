/** The node's connections to databases, for operators. */
import { platformOperation } from '@rowhouse/app'
import type { Operation } from '@rowhouse/http'
import type { PoolState, Tenants, Total } from '@rowhouse/tenancy'
import { z } from 'zod'

const Pool = z
  .strictObject({
    cluster: z.string(),
    database: z.string(),
    kind: z.enum(['control', 'shared', 'dedicated']),
    role: z.enum(['primary', 'direct', 'replica', 'relay']).meta({
      description:
        'Where it leads: to the primary, past a pooler, to a replica, or to the primary as the relay of events.',
    }),
    size: z.int().meta({ description: 'Connections, at most.' }),
    open: z.int().meta({ description: 'Connections that there are, among them those being opened and closed.' }),
    idle: z.int(),
    lent: z.int(),
    waiting: z.int().meta({ description: 'Calls that wait for a connection.' }),
    counts: z
      .strictObject({
        lent: z.int(),
        refused: z.int().meta({ description: 'Calls refused at once, because too many waited.' }),
        timedOut: z.int().meta({ description: 'Calls that waited in vain.' }),
        doubted: z.int().meta({ description: 'Connections closed because something had left them in doubt.' }),
        connectFailures: z.int(),
        longestWaitMs: z.number().meta({ description: 'The longest that a call has waited, in milliseconds.' }),
      })
      .meta({ description: 'Since the pool was made. One that is not used for long is gone, and its counts with it.' }),
  })
  .meta({
    id: 'Pool',
    description: 'The connections of this node to one database.',
    example: {
      cluster: 'main',
      database: 'rowhouse_shared_1',
      kind: 'shared',
      role: 'primary',
      size: 16,
      open: 5,
      idle: 3,
      lent: 2,
      waiting: 0,
      counts: { lent: 48_211, refused: 0, timedOut: 0, doubted: 1, connectFailures: 0, longestWaitMs: 41.7 },
    },
  })

const example = z.globalRegistry.get(Pool)!.example

const Pools = z
  .strictObject({
    connections: z
      .strictObject({ open: z.int(), max: z.int() })
      .meta({ description: 'Of this node to all databases (DATABASE_POOL_TOTAL).' }),
    dedicatedDatabases: z
      .strictObject({ count: z.int(), max: z.int() })
      .meta({ description: 'Tenants with a database of their own, in the cluster (DATABASE_MAX_DEDICATED).' }),
    pools: z.array(Pool),
  })
  .meta({
    id: 'Pools',
    example: { connections: { open: 5, max: 64 }, dedicatedDatabases: { count: 3, max: 100 }, pools: [example] },
  })

export interface PoolSources {
  readonly listPools: () => PoolState[]
  readonly totals: readonly Total[]
  readonly tenants: Tenants
}

export function poolOperations({ listPools, totals, tenants }: PoolSources): Operation[] {
  return [
    platformOperation({
      name: 'pools.show',
      audience: 'operator',
      http: 'GET /pools',
      summary: 'Show the connections to databases',
      description: 'Those of the node that answers: ask each.',
      permission: null,
      input: z.strictObject({}),
      output: Pools,
      async handle() {
        const open = totals.reduce((sum, { taken }) => sum + taken, 0)
        const max = totals.reduce((sum, total) => sum + total.max, 0)
        return {
          connections: { open, max },
          dedicatedDatabases: await tenants.countDedicated(),
          pools: listPools(),
        }
      },
    }),
  ]
}
