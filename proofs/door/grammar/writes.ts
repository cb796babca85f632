/** Statements that write, for oneself and for others. */
import type { Condition } from './conditions.ts'
import type { Words } from './words.ts'

export type Write = readonly [kind: string, make: () => string]

export function createWrites(words: Words, condition: Condition): readonly Write[] {
  const { random, attacker, major, alias, foreign, ownId, relation } = words

  const row = (tenant: string, values: Record<string, string>) =>
    [Object.keys({ tenant_id: '', ...values }).join(', '), [tenant, ...Object.values(values)].join(', ')] as const
  const account = (id: string, email: string) => ({
    id,
    email,
    name: `'mallory'`,
    secret: `'none'`,
    balance: String(random.int(100)),
    tags: `'{}'`,
    custom: `'{}'`,
    created_at: `'2026-01-01'`,
  })
  const note = (accountId: string) => ({
    id: `'${random.uuid()}'`,
    account_id: accountId,
    body: `'hello'`,
    secret: `'none'`,
    amount: '1',
    place: String(random.int(9)),
  })
  const document = (slug: string, owner: string) => ({
    id: `'${random.uuid()}'`,
    slug,
    owner_id: owner,
    doc: `'{}'`,
    secret: `'none'`,
    payload: `'x'`,
    day: `'2026-01-01'`,
  })
  const theirs = (table: string) =>
    random.pick([`'${attacker.id}'`, foreign('tenant', table), 'rowhouse.tenant_id()', 'default'])
  const conflict = () =>
    random.pick([
      '',
      '',
      ' on conflict do nothing',
      ' on conflict (tenant_id, id) do nothing',
      ' on conflict (tenant_id, id) do update set secret = excluded.secret',
      ` on conflict (tenant_id, id) do update set tenant_id = ${foreign('tenant', 'accounts')}`,
    ])
  const returning = (t: string) => random.pick(['', ` returning ${t}secret`, ` returning ${t}*`])

  return [
    [
      'inserts',
      () => {
        const id = random.pick([`'${random.uuid()}'`, foreign('id', 'accounts'), ownId('accounts')])
        const email = random.pick([foreign('email', 'accounts'), `'m${random.hex(6)}@example.com'`])
        const [names, values] = row(theirs('accounts'), account(id, email))
        return `insert into ${relation('accounts')} (${names}) values (${values})${conflict()}${returning('')}`
      },
    ],
    [
      'inserts',
      () => {
        const [names, values] = row(theirs('notes'), note(random.pick([foreign('id', 'accounts'), ownId('accounts')])))
        return `insert into ${relation('notes')} (${names}) values (${values})${conflict()}${returning('')}`
      },
    ],
    [
      'inserts',
      () => {
        const owner = random.pick([foreign('id', 'accounts'), ownId('accounts'), 'null'])
        const [names, values] = row(theirs('documents'), document(foreign('slug', 'documents'), owner))
        return `insert into ${relation('documents')} (${names}) values (${values})${conflict()}${returning('')}`
      },
    ],
    [
      'inserts',
      () => {
        const t = alias()
        return `insert into notes (tenant_id, id, account_id, body, secret, amount, place) select ${random.pick([`${t}.tenant_id`, foreign('tenant', 'notes')])}, gen_random_uuid(), ${t}.id, ${t}.secret, ${t}.secret, 1, 7 from accounts ${t} where ${condition('accounts', t)} on conflict do nothing${random.pick(['', ' returning secret'])}`
      },
    ],
    [
      'updates',
      () => {
        const table = words.table()
        const t = alias()
        const change = random.pick([
          `tenant_id = ${foreign('tenant', table)}`,
          `id = ${foreign('id', table)}`,
          `secret = upper(${t}.secret)`,
          `secret = ${t}.secret || 'x'`,
          `secret = (select min(u.secret) from accounts u where ${condition('accounts', 'u', 1)})`,
          table === 'notes' ? `account_id = ${foreign('id', 'accounts')}` : `secret = 'none'`,
          table === 'accounts' ? `email = ${foreign('email', table)}` : `secret = 'none'`,
        ])
        return `update ${relation(table)} ${t} set ${change} where ${condition(table, t)}${returning(`${t}.`)}`
      },
    ],
    [
      'updates',
      () => {
        const t = alias()
        return `update notes ${t} set body = a.secret from accounts a where a.id = ${t}.account_id and ${condition('accounts', 'a')} and ${condition('notes', t)} returning a.secret, ${t}.secret as note`
      },
    ],
    [
      'deletes',
      () => {
        const table = words.table()
        const t = alias()
        return `delete from ${relation(table)} ${t} where ${condition(table, t)}${returning(`${t}.`)}`
      },
    ],
    [
      'deletes',
      () => {
        const t = alias()
        return `delete from notes ${t} using accounts a where a.id = ${t}.account_id and ${condition('accounts', 'a')} returning a.secret`
      },
    ],
    [
      'merges',
      () => {
        const t = alias()
        const source = random.pick([
          `(values (${foreign('id', 'accounts')}::uuid, ${foreign('tenant', 'accounts')}::uuid), (${ownId('accounts')}, '${attacker.id}')) s (id, tenant_id)`,
          `(select id, tenant_id from accounts a where ${condition('accounts', 'a')}) s`,
        ])
        const act = random.pick([
          `update set secret = 'none'`,
          'delete',
          `update set tenant_id = s.tenant_id`,
          'do nothing',
        ])
        const [names, values] = row('s.tenant_id', account('s.id', `'m${random.hex(6)}@example.com'`))
        const otherwise = random.pick(['do nothing', `insert (${names}) values (${values})`])
        const back = major >= 17 ? random.pick(['', ` returning merge_action(), ${t}.secret`]) : ''
        return `merge into accounts ${t} using ${source} on ${t}.id = s.id and ${t}.tenant_id = s.tenant_id when matched then ${act} when not matched then ${otherwise}${back}`
      },
    ],
    [
      'writes in a CTE',
      () => {
        const table = words.table()
        const t = alias()
        const inner = random.pick([
          `update ${table} ${t} set secret = ${t}.secret where ${condition(table, t)} returning ${t}.*`,
          `delete from ${table} ${t} where ${condition(table, t)} returning ${t}.*`,
        ])
        return `with w as (${inner}) select w.secret, w.tenant_id, (select count(*) from ${table}) as n from w order by w.id limit 20`
      },
    ],
  ]
}
