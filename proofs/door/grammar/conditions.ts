/** Conditions: true of some own rows, or of what is somebody else's, or of nothing; some fail on rows that must stay unseen. */
import type { Kind, Words } from './words.ts'

export type Condition = (table: string, alias: string, depth?: number) => string

export function createConditions(words: Words): Condition {
  const { random, attacker, alias, foreign, columnOf, ownId } = words

  function condition(table: string, t: string, depth = 0): string {
    const col = (kinds: readonly Kind[]) => `${t}.${columnOf(table, kinds) ?? 'id'}`
    const text = () => `${t}.${columnOf(table, ['text']) ?? 'secret'}`
    const options: (() => string)[] = [
      () => `${t}.id = ${foreign('id', table)}`,
      () => `${t}.tenant_id = ${foreign('tenant', table)}`,
      () => `${t}.tenant_id <> '${attacker.id}'`,
      () => `(${t}.tenant_id = '${attacker.id}' or ${t}.tenant_id = ${foreign('tenant', table)})`,
      () => `${t}.id = ${ownId(table)}`,
      () => `${text()} like '${random.pick(['%', '%printer%', 'cnry%', '_____%'])}'`,
      () => `${text()} ~ '${random.pick(['.', '^cnry', '[0-9]+$', 'a.*e'])}'`,
      () => `${text()} > '${random.hex(2)}'`,
      () => `${col(['uuid'])} is not null`,
      () => `${t}.id in (${ownId(table)}, ${foreign('id', table)})`,
      () => `${t}.id = any (array[${ownId(table)}, ${foreign('id', table)}]::uuid[])`,
      () => `(${t}.tenant_id, ${t}.id) = (${foreign('tenant', table)}, ${foreign('id', table)})`,
      () => `length(${text()}) % 7 = ${random.int(7)}`,
      () => `(true or ${t}.id = ${foreign('id', table)})`,
      () => `not (${t}.tenant_id = rowhouse.tenant_id())`,
      () => `coalesce(${t}.tenant_id, ${foreign('tenant', table)}) is not null`,
    ]
    if (table === 'accounts') {
      options.push(
        () => `${t}.balance between ${random.int(500)} and ${500 + random.int(500)}`,
        () => `${t}.email = ${foreign('email', table)}`,
        () => `${t}.tags @> array['${random.pick(['printer', 'refund', 'nothing'])}']`,
        () => `${t}.custom @> '{"word":"refund"}'`,
        () => `${t}.custom ->> 'word' = 'invoice'`,
        () => `${t}.search @@ to_tsquery('simple', '${random.pick(['printer', 'login', 'cnry:*'])}')`,
        // Would fail on a row that it must not see.
        () => `1 / (case when ${t}.tenant_id = '${attacker.id}' then 1 else 0 end) = 1`,
        () => `(case when ${t}.tenant_id = '${attacker.id}' then '1' else ${t}.secret end)::int = 1`,
      )
    }
    if (table === 'documents') {
      options.push(
        () => `${t}.slug = ${foreign('slug', table)}`,
        () => `${t}.doc -> 'parts' @> '${random.int(50)}'`,
        () => `position('cnry'::bytea in ${t}.payload) > 0`,
      )
    }
    if (table === 'notes')
      options.push(
        () => `${t}.account_id = ${foreign('id', 'accounts')}`,
        () => `${t}.place < 1`,
      )
    if (depth < 2) {
      options.push(
        () => `(${condition(table, t, depth + 1)} ${random.pick(['and', 'or'])} ${condition(table, t, depth + 1)})`,
        () => `not (${condition(table, t, depth + 1)})`,
        () => subquery(table, t, depth + 1),
      )
    }
    return random.pick(options)()
  }

  function subquery(table: string, t: string, depth: number): string {
    const inner = words.table()
    const s = alias()
    return random.pick([
      `exists (select from ${inner} ${s} where ${condition(inner, s, depth)})`,
      `${t}.id in (select ${s}.id from ${inner} ${s} where ${condition(inner, s, depth)})`,
      `${t}.secret <= (select max(${s}.secret) from ${inner} ${s} where ${condition(inner, s, depth)})`,
      `${t}.tenant_id not in (select ${s}.tenant_id from ${inner} ${s})`,
      `(select count(*) from ${inner} ${s} where ${condition(inner, s, depth)}) > ${random.int(50)}`,
    ])
  }

  return condition
}
