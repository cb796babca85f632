/** A deployment of a thousand tenants, each with rows that are told from everybody else's. */
import type { PgBouncerOptions } from '@rowhouse/testing'
import { controlPlacement, memberMigrations, residenceKey, sqlMigrations, type Tier } from '@rowhouse/tenancy'
import { type Deployed, deploy, passwordsOf } from '../../packages/tenancy/deployment.fixture.ts'
import { createRandom, type Random } from '../random.ts'
import { makeResident, type Resident } from './resident.ts'

export interface Ground {
  readonly deployed: Deployed
  /** In an order of chance, so that every part of them has all tiers. */
  readonly residents: readonly Resident[]
  /** Every database in which tenants live. */
  readonly databases: readonly string[]
  /** Whom neighbours know by id and pretend to be. */
  readonly known: readonly Resident[]
  /** For PgBouncer. */
  readonly logins: NonNullable<PgBouncerOptions['logins']>
}

export type Population = Readonly<Record<Tier, number>>

const canaries = { module: 'canaries', migrations: sqlMigrations(import.meta.url, './tables') }

export async function layGround(adminUrl: string, population: Population, seed: number): Promise<Ground> {
  const deployed = await deploy(adminUrl, { houses: [memberMigrations, canaries] })
  const random = createRandom(seed, 'residents')
  const residents = await populate(deployed, population, random)
  await putRows(deployed, residents)
  const databases = [...new Set(residents.map(({ placement }) => placement.databaseName))]
  const { application } = deployed.names
  const logins = [{ user: application, password: passwordsOf(deployed.names).applicationPassword }]
  return { deployed, residents, databases, known: residents.slice(-4), logins }
}

async function populate(deployed: Deployed, population: Population, random: Random): Promise<Resident[]> {
  const residents = await moveInTogether(deployed, population.shared, random)
  for (const tier of ['schema', 'database'] as const) {
    const labels = Array.from({ length: population[tier] }, (_, at) => `${tier}-${at}`)
    const tenants = await Promise.all(
      labels.map((label) => deployed.tenants.create({ slug: label, name: label, tier }, async () => {}, label)),
    )
    residents.push(...tenants.map(({ id, placement }, at) => makeResident(labels[at]!, id, placement, random)))
  }
  return residents
    .map((resident) => ({ resident, rank: random.int(2 ** 30) }))
    .toSorted((a, b) => a.rank - b.rank)
    .map(({ resident }) => resident)
}

/** As `tenants.create` makes those of the shared tier, but all at once. */
async function moveInTogether(deployed: Deployed, many: number, random: Random): Promise<Resident[]> {
  const { admin, names, doorKey } = deployed
  const slugs = Array.from({ length: many }, (_, at) => `shared-${at}`)
  const tenants = await admin<{ id: string; slug: string; epoch: string }>(
    names.controlDatabase,
    `insert into control.tenants (id, slug, name, tier, database_name, schema_name, state)
     select gen_random_uuid(), slug, slug, 'shared', $2, 'pooled', 'active' from unnest($1::text[]) slug
     returning id, slug, epoch`,
    [slugs, names.sharedDatabase],
  )
  const ids = tenants.map(({ id }) => id)
  const control = controlPlacement(names)
  const shared = {
    ...control,
    databaseName: names.sharedDatabase,
    schemaName: 'pooled',
    epoch: Number(tenants[0]!.epoch),
  }
  for (const { databaseName, schemaName, epoch } of [control, shared]) {
    await admin(
      databaseName,
      `insert into rowhouse.residents (tenant_id, epoch, schema_name, proof_key)
       select tenant_id, $2, $3, proof_key from unnest($1::uuid[], $4::bytea[]) as made (tenant_id, proof_key)`,
      [ids, epoch, schemaName, ids.map((id) => residenceKey(doorKey, id, epoch))],
    )
  }
  return tenants.map(({ id, slug }) => makeResident(slug, id, shared, random))
}

/** Puts these residents' rows back to what the model says, whatever has become of them. */
export async function putRows({ admin }: Deployed, residents: readonly Resident[]): Promise<void> {
  for (const inhabitants of houses(residents)) {
    const { databaseName, schemaName } = inhabitants[0]!.placement
    const ids = inhabitants.map(({ id }) => id)
    if (schemaName !== 'pooled')
      await admin(databaseName, 'delete from pooled.canaries where tenant_id = any ($1)', [ids])
    await admin(databaseName, `delete from ${schemaName}.canaries where tenant_id = any ($1)`, [ids])
    await admin(
      databaseName,
      `insert into ${schemaName}.canaries select * from json_to_recordset($1)
         as rows (tenant_id uuid, name text, canary text, body text, amount integer)`,
      [JSON.stringify(inhabitants.flatMap(({ id, rows }) => rows.map((row) => ({ tenant_id: id, ...row }))))],
    )
  }
}

export const houses = (residents: readonly Resident[]): Resident[][] => [
  ...Map.groupBy(residents, ({ placement }) => `${placement.databaseName} ${placement.schemaName}`).values(),
]
