/** Queries of every shape that SQL has. */
import type { Condition } from './conditions.ts'
import type { Words } from './words.ts'

export function createSelects(words: Words, condition: Condition): () => string {
  const { random, attacker, alias, foreign, columnOf, relation } = words

  /** A column as text, whole or in disguise. */
  function output(table: string, t: string): string {
    const column = `${t}.${columnOf(table)!}`
    return random.pick([
      column,
      column,
      `${column}::text`,
      `md5(${column}::text)`,
      `upper(${column}::text)`,
      `left(${column}::text, 40)`,
      `to_jsonb(${t})`,
      `row_to_json(${t})::text`,
      `${t}::text`,
      `coalesce(${column}::text, '-')`,
      `(select ${column}::text)`,
      `convert_to(${column}::text, 'UTF8')`,
      `jsonb_build_object('v', ${column})`,
      `array[${column}::text]`,
      `xmlforest(${column} as v)::text`,
    ])
  }

  /** Every column, numbered, so that none hides another. */
  const outputs = (table: string, t: string, count = 1 + random.int(3)) =>
    Array.from({ length: count }, (_, at) => `${output(table, t)} as ${t}_${at}`)

  /** Ordered by all it shows: what is cut off is then always the same. */
  const finish = (body: string) => `select * from (${body}) z order by z::text limit ${5 + random.int(40)}`

  function body(): string {
    const table = words.table()
    const t = alias()
    const list = outputs(table, t)
    const simple = () => `select ${list.join(', ')} from ${relation(table)} ${t} where ${condition(table, t)}`
    const options: (() => string)[] = [
      simple,
      simple,
      () => {
        const other = words.table()
        const u = alias()
        const join = random.pick(['join', 'left join', 'right join', 'full join'])
        const on = random.pick([
          `${t}.id = ${u}.id`,
          `${t}.tenant_id = ${u}.tenant_id and ${t}.secret = ${u}.secret`,
          `${t}.secret = ${u}.secret`,
        ])
        const both = [...list, ...outputs(other, u, 1)]
        return `select ${both.join(', ')} from ${relation(table)} ${t} ${join} ${relation(other)} ${u} on ${on} where ${condition(table, t)}`
      },
      () =>
        `select ${t}.tenant_id::text as a, count(*) as b, max(${t}.secret) as c, string_agg(${t}.secret, ',' order by ${t}.secret) as d from ${relation(table)} ${t} where ${condition(table, t)} group by ${random.pick([`${t}.tenant_id`, `rollup (${t}.tenant_id)`, `cube (${t}.tenant_id)`])}`,
      () =>
        `select count(*) as a, count(distinct ${t}.tenant_id) as b, jsonb_agg(${t}.secret order by ${t}.secret) as c, bool_or(${condition(table, t)}) as d from ${relation(table)} ${t}`,
      () =>
        `select ${list.join(', ')}, row_number() over w as n, lag(${t}.secret) over w as l, count(*) over () as k from ${relation(table)} ${t} where ${condition(table, t)} window w as (order by ${t}.id)`,
      () => {
        const u = alias()
        return `select ${list.join(', ')}, l.v as lateral_v from ${relation(table)} ${t}, lateral (select max(${u}.secret) as v from notes ${u} where ${u}.tenant_id = ${t}.tenant_id and ${condition('notes', u, 1)}) l where ${condition(table, t)}`
      },
      () => {
        const u = alias()
        const operator = random.pick(['union', 'union all', 'intersect', 'except', 'except all'])
        return `select ${t}.secret as v from ${relation(table)} ${t} where ${condition(table, t)} ${operator} select ${u}.secret from accounts ${u} where ${condition('accounts', u)}`
      },
      () =>
        `with recursive walk (n, secret) as (select 0, min(secret) from ${relation(table)} union all select n + 1, (select min(${t}.secret) from ${table} ${t} where ${t}.secret > walk.secret) from walk where n < 5 and secret is not null) select n, secret from walk`,
      () =>
        `with c as ${random.pick(['', 'materialized ', 'not materialized '])}(select * from ${relation(table)} ${t} where ${condition(table, t)}) select ${list.join(', ')} from c ${t} where ${condition(table, t)}`,
      () => {
        words.unpaired()
        return `select v.x, ${list.join(', ')} from (values (${foreign('tenant', table)}::uuid), ('${attacker.id}')) v (x) left join ${relation(table)} ${t} on ${t}.tenant_id = v.x and ${condition(table, t)}`
      },
      () =>
        `select distinct on (${t}.tenant_id) ${t}.tenant_id as a, ${t}.secret as b from ${relation(table)} ${t} where ${condition(table, t)} order by ${t}.tenant_id, ${t}.secret`,
      () =>
        `select e.key as a, e.value::text as b from ${relation('accounts')} ${t}, jsonb_each(${t}.custom) e where ${condition('accounts', t)}`,
      () =>
        `select u.word as a, count(*) as b from ${relation('accounts')} ${t}, unnest(${t}.tags) u (word) where ${condition('accounts', t)} group by 1`,
      () =>
        `select (select ${t}.secret from ${relation(table)} ${t} where ${condition(table, t)} order by ${t}.secret limit 1) as a`,
    ]
    return random.pick(options)()
  }

  return () => {
    if (random.chance(0.95)) return finish(body())
    const table = words.table()
    const t = alias()
    words.unlike()
    const lock = random.pick(['update', 'share', 'key share', 'no key update skip locked'])
    return `select ${t}.* from ${table} ${t} where ${condition(table, t)} order by id limit 20 for ${lock}`
  }
}
