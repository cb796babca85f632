/** Every row of every database as a superuser sees it: checksums, and the attackers' own rows put back. */
import type pg from 'pg'
import { insertRows, tables } from './rows.ts'
import type { House, Resident, World } from './world.ts'

export interface Vault {
  /** What differs from the start among rows that are not the attacker's. */
  compare(databaseName: string, attacker: Resident): Promise<string[]>
  /** Puts the attacker's rows in a house back to what they were, and removes what it left in other houses. */
  restore(house: House): Promise<void>
  /** Puts everybody's rows in a database back, after the door was broken on purpose. */
  mend(databaseName: string): Promise<void>
}

interface Home {
  readonly schema: string
  readonly resident: Resident
}

type Sums = ReadonlyMap<string, string>

export async function openVault(world: World): Promise<Vault> {
  const before = new Map<string, Sums>()
  for (const name of databasesOf(world)) before.set(name, await checksums(await world.admin(name), world))

  return {
    async compare(databaseName, attacker) {
      const now = await checksums(await world.admin(databaseName), world)
      const then = before.get(databaseName)!
      const keys = [...new Set([...then.keys(), ...now.keys()])].filter((key) => !key.endsWith(attacker.id))
      return keys
        .filter((key) => then.get(key) !== now.get(key))
        .map((key) => `${key}: ${then.get(key)} → ${now.get(key)}`)
    },

    async restore({ databaseName, attacker, placement }) {
      const admin = await world.admin(databaseName)
      const now = await checksums(admin, world)
      const then = before.get(databaseName)!
      const own = [...new Set([...then.keys(), ...now.keys()])].filter((key) => key.endsWith(attacker.id))
      if (own.every((key) => then.get(key) === now.get(key))) return
      await putBack(admin, world, [{ schema: placement.schemaName, resident: attacker }])
    },

    async mend(databaseName) {
      const admin = await world.admin(databaseName)
      const now = await checksums(admin, world)
      const then = before.get(databaseName)!
      if (now.size === then.size && [...then].every(([key, sum]) => now.get(key) === sum)) return
      const homes = world.residents
        .filter(
          ({ placement }) => databaseName === world.names.controlDatabase || placement.databaseName === databaseName,
        )
        .map((resident) => ({
          resident,
          schema: databaseName === world.names.controlDatabase ? 'control' : resident.placement.schemaName,
        }))
      await putBack(admin, world, homes)
    },
  }
}

/** Removes these residents' rows from every house of the database and puts the true ones into their own. */
async function putBack(admin: pg.Client, world: World, homes: readonly Home[]): Promise<void> {
  await admin.query('begin')
  const ids = homes.map(({ resident }) => resident.id)
  for (const schema of await housesIn(admin, world)) {
    for (const table of tables.toReversed()) {
      await admin.query(`delete from ${schema}.${table} where tenant_id = any ($1)`, [ids])
    }
  }
  for (const { schema, resident } of homes) await insertRows(admin, schema, resident.rows)
  await admin.query('commit')
}

const databasesOf = ({ houses }: World) => [...new Set(houses.map(({ databaseName }) => databaseName))]

/** Count and hash of each tenant's rows, table by table and house by house, whoever the tenant is. */
async function checksums(admin: pg.Client, world: World): Promise<Sums> {
  const sums = new Map<string, string>()
  const parts = (await housesIn(admin, world)).flatMap((schema) =>
    tables.map(
      (table) =>
        `select '${schema}.${table} of ' || tenant_id as key, count(*) || ':' || sum(hashtextextended(t::text, 0)) as sum
         from ${schema}.${table} t group by tenant_id`,
    ),
  )
  const { rows } = await admin.query<{ key: string; sum: string }>(parts.join(' union all '))
  for (const { key, sum } of rows) sums.set(key, sum)
  return sums
}

async function housesIn(admin: pg.Client, { names, residents }: World): Promise<string[]> {
  const { rows } = await admin.query<{ name: string }>('select current_database() as name')
  const name = rows[0]!.name
  if (name === names.controlDatabase) return ['control']
  return [
    ...new Set([
      'pooled',
      ...residents.filter((r) => r.placement.databaseName === name).map((r) => r.placement.schemaName),
    ]),
  ]
}
