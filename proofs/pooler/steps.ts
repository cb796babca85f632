/** One statement of a tenant, with the answer that it must have and what it leaves. */
import type { Random } from '../random.ts'
import { makeRow, type Resident, rowNames, type Rows } from './resident.ts'

export interface Step {
  readonly text: string
  readonly values: readonly unknown[]
  /** The rows that must be answered, or the code of the error. */
  readonly answer: readonly object[] | string
  /** The tenant's rows when it is committed. */
  readonly after: Rows
}

export const readAll = ({ rows }: Pick<Resident, 'rows'>): Step => ({
  text: 'select name, canary, body, amount from canaries order by name collate "C"',
  values: [],
  answer: rows,
  after: rows,
})

type Maker = (resident: Resident, rows: Rows, random: Random) => Step

const readOne: Maker = (_resident, rows, random) => {
  const name = random.pick(rowNames)
  return {
    text: 'select name, canary, body, amount from canaries where name = $1',
    values: [name],
    answer: rows.filter((row) => row.name === name),
    after: rows,
  }
}

const insert: Maker = (resident, rows, random) => {
  const name = random.pick(rowNames)
  const row = makeRow(name, resident.canary, random)
  const taken = rows.some((other) => other.name === name)
  return {
    text: 'insert into canaries (name, canary, body, amount) values ($1, $2, $3, $4) returning name, canary, body, amount',
    values: [row.name, row.canary, row.body, row.amount],
    answer: taken ? '23505' : [row],
    after: taken ? rows : [...rows, row].toSorted((a, b) => (a.name < b.name ? -1 : 1)),
  }
}

const update: Maker = (resident, rows, random) => {
  const { name, body, amount } = makeRow(random.pick(rowNames), resident.canary, random)
  const after = rows.map((row) => (row.name === name ? { ...row, body, amount } : row))
  return {
    text: 'update canaries set body = $2, amount = $3 where name = $1 returning name, canary, body, amount',
    values: [name, body, amount],
    answer: after.filter((row) => row.name === name),
    after,
  }
}

export function updateAll(_resident: Resident, rows: Rows): Step {
  const after = rows.map((row) => ({ ...row, amount: row.amount + 1 }))
  return {
    text: `with changed as (update canaries set amount = amount + 1 returning amount)
      select count(*)::integer as n, sum(amount)::integer as sum from changed`,
    values: [],
    answer: [{ n: after.length, sum: after.reduce((sum, { amount }) => sum + amount, 0) }],
    after,
  }
}

/** Of the last ones, so that there are always some. */
const remove: Maker = (_resident, rows, random) => {
  const name = random.pick(rowNames.slice(3))
  return {
    text: 'delete from canaries where name = $1 returning name, canary, body, amount',
    values: [name],
    answer: rows.filter((row) => row.name === name),
    after: rows.filter((row) => row.name !== name),
  }
}

const divide: Maker = (_resident, rows) => ({
  text: 'select 1 / (amount - amount) as nothing from canaries',
  values: [],
  answer: '22012',
  after: rows,
})

/** Up to 100 kB. */
const readMuch: Maker = (_resident, rows, random) => {
  const times = 1 + random.int(600)
  return {
    text: 'select name, repeat(canary, $1::integer) as much from canaries order by name collate "C"',
    values: [times],
    answer: rows.map(({ name, canary }) => ({ name, much: canary.repeat(times) })),
    after: rows,
  }
}

const all: Maker = (_resident, rows) => readAll({ rows })

/** As often as they stand here. */
const single: readonly Maker[] = [
  ...Array.from({ length: 6 }, () => all),
  ...Array.from({ length: 3 }, () => readOne),
  insert,
  insert,
  update,
  update,
  updateAll,
  remove,
  divide,
  readMuch,
]
const several: readonly Maker[] = [all, readOne, insert, update, updateAll, remove, readMuch]

export const oneStep = (resident: Resident, random: Random): Step =>
  random.pick(single)(resident, resident.rows, random)

/** The next step of a transaction, which sees what those before it have done. */
export const nextStep = (resident: Resident, rows: Rows, random: Random): Step =>
  random.pick(several)(resident, rows, random)

/** What the door must refuse behind a pooler: none of them may reach it. */
export const refused = [
  `set statement_timeout = 1`,
  `select set_config('rowhouse.tenant', '', false)`,
  'prepare mine as select 1',
  'deallocate all',
  'discard all',
  `declare c cursor with hold for select canary from canaries`,
  'create temporary table canaries (name text)',
  'listen everything',
  'commit',
  `select pg_advisory_lock(1)`,
  `select 'pg_settings' as word`,
  'copy canaries to stdout',
]
