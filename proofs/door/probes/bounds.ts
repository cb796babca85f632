/**
 * The known bounds of the raw form (proofs/README.md): what an attacker who may send any command can do to others that is
 * no leak. Each is done, shown to tell and change nothing, and shown to end.
 */
import * as tenancy from '@rowhouse/tenancy'
import { openEntrance } from '../entrance.ts'
import { createLookout, failureOf, outcomeOf } from '../observe.ts'
import type { Probe, Stage } from '../probe.ts'
import type { Resident } from '../world.ts'

const look = 'select secret, tenant_id from accounts'

/** A role may change its own defaults and password: others may be shut out, until the cluster is prepared again. */
export const ownRole: Probe = async (stage) => {
  const { world, house, entrance, tally, scene } = stage
  const theirs = world.residents.find(({ label }) => label === 'schema-b')!.placement.schemaName
  const changes = [
    `set search_path = ${theirs}, pooled`,
    'set row_security = off',
    `set default_transaction_isolation = 'serializable'`,
    'set default_transaction_read_only = on',
    `set datestyle = 'SQL, DMY'`,
    `in database ${house.databaseName} set search_path = ${theirs}`,
    `password 'stolen'`,
  ]
  for (const change of changes) {
    tally.count('I8 known bounds: its own role')
    await entrance
      .to(house)
      .raw(house.attacker.id, (client) => client.query(`commit; alter role current_user ${change}`))
    await everybodyLooks(stage, `alter role … ${change}`)
    await world.repair()
  }
  const { application } = world.names
  const admin = await world.admin(house.databaseName)
  tally.count('I8 known bounds: its own role')
  const defaults = 'alter default privileges grant all on tables to public'
  await entrance.to(house).raw(house.attacker.id, (client) => client.query(`commit; ${defaults}`))
  await everybodyLooks(stage, defaults)
  await admin.query(`alter default privileges for role ${application} revoke all on tables from public`)
  // As new: every answer is what it was before.
  for (let at = 0; at < 12; at += 1) await scene.witness.look('the cluster was prepared again')
}

/** Whatever they are answered, errors included, it is nobody else's. */
async function everybodyLooks({ world, house, tally, scene }: Stage, after: string): Promise<void> {
  const lookout = createLookout(world)
  const entrance = openEntrance(world, { tenancy })
  const everybody: Resident[] = [house.attacker, ...house.neighbours.map(({ resident }) => resident)]
  for (const resident of everybody) {
    tally.count('I8 known bounds: its own role')
    const outcome = await entrance
      .to(house)
      .query(resident.id, look, [])
      .then(
        (result) => outcomeOf(look, result),
        (error: unknown) => failureOf(look, error),
      )
    const foreign = lookout(outcome.seen, resident, '')
    if (foreign) scene.find('read', `${look} as ${resident.label}, after ${after}`, outcome.seen)
  }
  await entrance.close()
}

/** DELETE is a privilege on a whole table, and LOCK TABLE comes with it: others wait for lock_timeout at most. */
export const tableLock: Probe = async ({ world, house, entrance, tally, scene }) => {
  const others = openEntrance(world, { tenancy })
  const { resident } = house.neighbours[0]!
  const asOther = () => others.to(house).query(resident.id, 'select count(*) as n from accounts', [])
  await entrance.to(house).raw(house.attacker.id, async (client) => {
    tally.count('I15 known bounds: LOCK TABLE')
    await client.query('lock table accounts in access exclusive mode')
    const { code } = await asOther().then(
      (result) => outcomeOf(look, result),
      (error: unknown) => failureOf(look, error),
    )
    if (house.placement.schemaName === 'pooled' && code !== '55P03')
      scene.find('allowed', 'lock table', `answered ${code}`)
  })
  const { rows } = await asOther()
  if (Number(rows[0]?.['n']) !== resident.rows.accounts.length) scene.find('next', 'lock table', JSON.stringify(rows))
  await others.close()
}

/** A tenant of the schema tier may put rows of its own into the shared tables: they go when it goes. */
export const strays: Probe = async ({ world, tally, scene }) => {
  const { migratorUrl, names, doorKey, migrations } = world
  const tenants = tenancy.createTenants({ migratorUrl, names, doorKey, modules: migrations.houses })
  let id = ''
  const stray = { slug: 'stray', name: 'Stray', tier: 'schema' as const }
  await tenants
    .create(stray, async (tenant) => {
      id = tenant.id
      const entrance = openEntrance(world, { tenancy })
      const text = `insert into pooled.members (id, email, name, role) values ('${tenant.id}', 'stray@example.com', 'Stray', 'owner')`
      tally.count('I24 known bounds: rows beside the house')
      await entrance.at(tenant.placement).query(tenant.id, text, [])
      await entrance.close()
      throw new Error('undone')
    })
    .catch((error: Error) => {
      if (!String(error.cause).includes('undone')) throw error
    })
  const admin = await world.admin(names.sharedDatabase)
  const { rowCount } = await admin.query('select from pooled.members where tenant_id = $1', [id])
  if (id === '' || rowCount !== 0)
    scene.find('changed', 'rows beside the house', `${rowCount} rows outlive their tenant`)
}
