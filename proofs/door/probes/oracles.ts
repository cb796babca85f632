/** I11, I12, I13, I14, I16, I17: what another tenant has must not show in any constraint, error or count. */
import type { Probe } from '../probe.ts'
import type { Row } from '../rows.ts'
import type { Statement } from '../scene.ts'

type Make = (value: string) => string

export const oracles: Probe = async ({ world, house, scene, random, size, signal }) => {
  const { attacker } = house
  const others = world.residents.filter((resident) => resident !== attacker)
  const own = () => `'${String(random.pick(attacker.rows.accounts)['id'])}'`
  const strangersHouse = house.neighbours.find(({ placement }) => placement.schemaName !== house.placement.schemaName)
  const statement = (text: string): Statement => ({ text })

  const account = (parts: {
    tenant?: string
    id?: string
    email?: string
    table?: string
    tail?: string
    balance?: number
  }) =>
    `insert into ${parts.table ?? 'accounts'} (tenant_id, id, email, name, secret, balance, tags, custom, created_at) values (${parts.tenant ?? `'${attacker.id}'`}, ${parts.id ?? `'${fixedId}'`}, ${parts.email ?? `'fixed@example.com'`}, 'm', 'm', ${parts.balance ?? 1}, '{}', '{}', '2026-01-01') ${parts.tail ?? ''}`
  const note = (accountId: string, tenant = `'${attacker.id}'`, tail = '') =>
    `insert into notes (tenant_id, id, account_id, body, secret, amount, place) values (${tenant}, '${fixedId}', ${accountId}, 'm', 'm', 1, 8) ${tail}`
  const document = (slug: string, owner = 'null', tail = '') =>
    `insert into documents (id, slug, owner_id, doc, secret, payload, day) values ('${fixedId}', ${slug}, ${owner}, '{}', 'm', 'x', '2026-01-01') ${tail}`
  const fixedId = random.uuid()

  const byId: [row: string, make: Make][] = [
    ['I11', (v) => account({ id: v })],
    ['I11', (v) => account({ id: v, tail: 'on conflict do nothing' })],
    ['I11', (v) => account({ id: v, tail: `on conflict (tenant_id, id) do update set name = 'n' returning name` })],
    ['I11', (v) => account({ id: v, balance: -1 })],
    ['I11', (v) => account({ id: v, tenant: `'${others[0]!.id}'` })],
    ['I11', (v) => account({ id: v, tenant: `'${others[0]!.id}'`, tail: 'on conflict do nothing' })],
    [
      'I11',
      (v) =>
        account({ id: v, tenant: `'${others[0]!.id}'`, tail: `on conflict (tenant_id, id) do update set name = 'n'` }),
    ],
    ['I11', (v) => `update accounts set id = ${v} where id = ${own()}`],
    ['I12', (v) => note(v)],
    ['I12', (v) => note(v, `'${others[0]!.id}'`)],
    ['I12', (v) => note(v, undefined, 'on conflict do nothing')],
    ['I12', (v) => `update notes set account_id = ${v}`],
    ['I12', (v) => `update notes set account_id = ${v} where place = 0 returning id`],
    ['I12', (v) => document(`'mine'`, v)],
    ['I12', (v) => `update documents set owner_id = ${v}`],
    [
      'I12',
      (v) =>
        `with p as (insert into accounts select * from accounts where id = ${v} returning id) select count(*) from p`,
    ],
    ['I13', (v) => `select count(*), min(secret) from accounts where id = ${v}`],
    ['I13', (v) => `select exists (select from accounts where id = ${v}) as there`],
    ['I13', (v) => `select * from accounts where id = ${v} for update`],
    ['I13', (v) => `update accounts set name = 'n' where id = ${v} returning id`],
    ['I13', (v) => `delete from accounts where id = ${v} returning *`],
    ['I13', (v) => `with d as (delete from notes where account_id = ${v} returning 1) select count(*) from d`],
    [
      'I13',
      (v) =>
        `merge into accounts a using (values (${v}::uuid)) s (id) on a.id = s.id when matched then update set name = 'n' when not matched then do nothing`,
    ],
    [
      'I13',
      (v) =>
        `merge into accounts a using (values (${v}::uuid)) s (id) on a.id = s.id when matched then delete when not matched then insert (id, email, name, secret, balance, tags, custom, created_at) values (s.id, 'z@example.com', 'm', 'm', 1, '{}', '{}', now())`,
    ],
    [
      'I13',
      (v) =>
        `insert into notes (id, account_id, body, secret, amount, place) select gen_random_uuid(), id, 'm', 'm', 1, 8 from accounts where id = ${v}`,
    ],
    ['I13', (v) => `select 1 / (select count(*) from accounts where id = ${v})`],
    ['I17', (v) => `select (select secret from accounts where id = ${v})::int`],
    ['I17', (v) => `insert into notes select tenant_id, id, id, null, secret, 1, 1 from accounts where id = ${v}`],
    ['I17', (v) => `update accounts set balance = -1 where id = ${v}`],
    ['I17', (v) => account({ id: v, email: `'x'` })],
    ['I17', (v) => account({ id: v, email: 'null' })],
  ]
  const byEmail: [row: string, make: Make][] = [
    ['I11', (v) => account({ email: v })],
    ['I11', (v) => account({ email: v, tail: 'on conflict do nothing' })],
    ['I11', (v) => account({ email: v, tail: `on conflict (tenant_id, email) do update set name = 'n' returning id` })],
    ['I11', (v) => account({ email: v, tenant: `'${others[0]!.id}'` })],
    [
      'I11',
      (v) => account({ email: v, tenant: `'${others[0]!.id}'`, tail: 'on conflict (tenant_id, email) do nothing' }),
    ],
    ['I11', (v) => `update accounts set email = ${v} where id = ${own()}`],
    ['I11', (v) => `update accounts set email = ${v}`],
    ['I13', (v) => `select id from accounts where email = ${v}`],
    ['I13', (v) => `select count(*) from accounts where email >= ${v} and email <= ${v}`],
  ]
  const byTenant: [row: string, make: Make][] = [
    ['I14', (v) => `update accounts set tenant_id = ${v} where id = ${own()}`],
    ['I14', (v) => `update notes set tenant_id = ${v}`],
    ['I14', (v) => `update documents set tenant_id = ${v}, slug = 'z' where slug = 'doc-1'`],
    ['I14', (v) => account({ tenant: v })],
    ['I14', (v) => note(own(), v)],
    ['I14', (v) => account({ tenant: v, tail: 'on conflict do nothing returning id' })],
    [
      'I14',
      (v) =>
        `merge into accounts a using (select 1) s on a.id = ${own()} when matched then update set tenant_id = ${v}`,
    ],
    ['I13', (v) => `select count(*) from accounts where tenant_id = ${v}`],
    ['I13', (v) => `delete from notes where tenant_id = ${v}`],
    ['I13', (v) => `update accounts set name = 'n' where tenant_id = ${v}`],
  ]
  if (strangersHouse) {
    const table = `${strangersHouse.placement.schemaName}.accounts`
    byId.push(
      ['I24', (v) => account({ id: v, table })],
      ['I24', (v) => account({ id: v, table, tail: 'on conflict do nothing' })],
      ['I24', (v) => account({ id: v, table, tenant: `'${strangersHouse.resident.id}'` })],
      ['I24', (v) => `select count(*) from ${table} where id = ${v}`],
      ['I24', (v) => `update ${table} set name = 'n' where id = ${v}`],
      ['I24', (v) => `delete from ${table} where id = ${v}`],
    )
  }

  const ask = async ([row, make]: [string, Make], foreign: string, absent: string) => {
    // `own()` draws anew each time: the two statements must draw the same.
    const text = make('<value>')
    const fill = (value: string) => statement(text.replaceAll('<value>', `'${value}'`))
    await scene.pair(`${row} oracles`, fill(foreign), fill(absent), [{ foreign, absent }])
  }
  const ids = (rows: readonly Row[]) => String(random.pick(rows)['id'])
  const last = (rows: readonly Row[]) => rows[rows.length - 1 - random.int(rows.length / 2)]!
  const sameHouse = house.neighbours.filter(({ placement }) => placement.schemaName === house.placement.schemaName)
  for (let repeat = 0; repeat < size.repeats; repeat += 1) {
    // Everybody whose rows stand in the same tables, and somebody from anywhere.
    for (const other of [...sameHouse.map(({ resident }) => resident), random.pick(others)]) {
      signal.throwIfAborted()
      for (const question of byId) await ask(question, ids(other.rows.accounts), random.uuid())
      for (const question of byEmail) {
        await ask(question, String(last(other.rows.accounts)['email']), `person9.${random.hex(8)}@example.com`)
      }
      for (const question of byTenant) await ask(question, other.id, random.uuid())
      const slug = String(last(other.rows.documents)['slug'])
      await ask(['I11', (v) => document(v)], slug, `doc-9-${random.hex(8)}`)
    }
  }
}

/** I16: parents go, and take nobody else's children with them. */
export const cascades: Probe = async ({ scene, house, world }) => {
  await scene.driver('I16 cascades', { text: 'delete from accounts' })
  await scene.settle()
  await scene.driver('I16 cascades', {
    text: `update accounts set id = gen_random_uuid() where id not in (select account_id from notes)`,
  })
  await scene.settle()
  const admin = await world.admin(house.databaseName)
  const { rows } = await admin.query<{ strays: number }>(`
    select count(*)::int as strays from ${house.placement.schemaName}.notes n
    where not exists (select from ${house.placement.schemaName}.accounts a where (a.tenant_id, a.id) = (n.tenant_id, n.account_id))`)
  if (rows[0]!.strays > 0) scene.find('changed', 'sweep over foreign keys', `${rows[0]!.strays} cross references`)
}

/** I24: own rows in another tenant's house, and rows for another tenant in any: both refused. */
export const walls: Probe = async ({ scene, house, random }) => {
  const { attacker, neighbours } = house
  for (const { resident, placement } of neighbours) {
    const insert = (tenant: string) =>
      `insert into ${placement.schemaName}.accounts (tenant_id, id, email, name, secret, balance, tags, custom, created_at)
       values ('${tenant}', '${random.uuid()}', 'wall@example.com', 'm', 'm', 1, '{}', '{}', now())`
    const foreign = await scene.transaction('I24 walls', [{ text: insert(resident.id) }])
    if (foreign[0]!.code === '') scene.find('allowed', foreign[0]!.statement, 'a row for another tenant')
    if (placement.schemaName === 'pooled' || placement.schemaName === 'control') continue
    const own = await scene.transaction('I24 walls', [{ text: insert(attacker.id) }])
    if (own[0]!.code === '') scene.find('allowed', own[0]!.statement, `a row in another tenant's house`)
  }
}
