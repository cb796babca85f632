/** What statements are made of: tables, columns, values of one's own and of others. */
import type { Random } from '../../random.ts'
import type { Row } from '../rows.ts'
import type { House, Resident, World } from '../world.ts'

/** Where a statement names a foreign value, and one of the same form that exists nowhere. */
export interface Hole {
  readonly foreign: string
  readonly absent: string
}

export type Kind = 'uuid' | 'text' | 'int' | 'json' | 'list' | 'search' | 'time' | 'bytes' | 'number'
export const shape: Readonly<Record<string, Readonly<Record<string, Kind>>>> = {
  accounts: {
    tenant_id: 'uuid',
    id: 'uuid',
    email: 'text',
    name: 'text',
    secret: 'text',
    balance: 'int',
    tags: 'list',
    custom: 'json',
    created_at: 'time',
    search: 'search',
  },
  notes: {
    tenant_id: 'uuid',
    id: 'uuid',
    account_id: 'uuid',
    body: 'text',
    secret: 'text',
    amount: 'number',
    place: 'int',
  },
  documents: {
    tenant_id: 'uuid',
    id: 'uuid',
    slug: 'text',
    owner_id: 'uuid',
    doc: 'json',
    secret: 'text',
    payload: 'bytes',
    day: 'time',
  },
}

/** What is noted while one statement is made. */
export interface Note {
  readonly holes: Hole[]
  /** False when the answer repeats a foreign value in a place that depends on it. */
  paired: boolean
  /** False when it names a house that the reference does not have. */
  alone: boolean
}

export type Words = ReturnType<typeof createWords>

export function createWords(world: World, house: House, random: Random) {
  const { attacker } = house
  const others = world.residents.filter((resident) => resident !== attacker)
  const schemas = [
    ...new Set(house.neighbours.map(({ placement }) => placement.schemaName)),
    'pooled',
    'rowhouse',
    'control',
  ]
  let note: Note = { holes: [], paired: true, alone: true }
  let aliases = 0
  const alias = () => `t${(aliases += 1)}`
  const table = () => random.pick(Object.keys(shape))
  const of = (resident: Resident, table: string) => resident.rows[table as 'accounts']

  /** The second half of each table has e-mails and slugs that no other tenant has. */
  const theirOwn = (rows: readonly Row[]) => rows[rows.length - 1 - random.int(Math.floor(rows.length / 2))]!

  /** A value that stands in another tenant's row, remembered with one of the same form that stands nowhere. */
  function foreign(kind: 'id' | 'tenant' | 'email' | 'slug', table: string): string {
    const other = random.pick(others)
    const unknown = random.uuid()
    const row = random.pick(of(other, table))
    const hole = {
      id: { foreign: String(row['id']), absent: unknown },
      tenant: { foreign: other.id, absent: unknown },
      email: { foreign: String(theirOwn(other.rows.accounts)['email']), absent: `nobody.${random.hex(8)}@example.com` },
      slug: { foreign: String(theirOwn(other.rows.documents)['slug']), absent: `none-${random.hex(8)}` },
    }[kind]
    note.holes.push(hole)
    return `'${hole.foreign}'`
  }

  const columnOf = (table: string, kinds?: readonly Kind[]) => {
    const all = Object.entries(shape[table]!).filter(([, kind]) => !kinds || kinds.includes(kind))
    return all.length > 0 ? random.pick(all)[0] : undefined
  }
  const ownId = (table: string) => `'${String(random.pick(of(attacker, table))['id'])}'`

  function relation(table: string): string {
    if (random.chance(0.9)) return table
    note.alone = false
    return `${random.pick(schemas)}.${table}`
  }

  /** Starts another statement. */
  function begin(): Note {
    note = { holes: [], paired: true, alone: true }
    return note
  }
  const unpaired = () => void (note.paired = false)
  const unlike = () => void (note.alone = false)

  return {
    random,
    attacker,
    major: world.major,
    alias,
    table,
    foreign,
    columnOf,
    ownId,
    relation,
    begin,
    unpaired,
    unlike,
  }
}
