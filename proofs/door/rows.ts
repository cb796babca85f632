/** The rows under attack. People of different tenants share e-mails and slugs, never ids or canaries. */
import type pg from 'pg'
import type { Random } from '../random.ts'

export const tables = ['accounts', 'notes', 'documents'] as const
export type Table = (typeof tables)[number]

/** Columns that can be written: `search` is generated. */
export const columns: Readonly<Record<Table, readonly string[]>> = {
  accounts: ['tenant_id', 'id', 'email', 'name', 'secret', 'balance', 'tags', 'custom', 'created_at'],
  notes: ['tenant_id', 'id', 'account_id', 'body', 'secret', 'amount', 'place'],
  documents: ['tenant_id', 'id', 'slug', 'owner_id', 'doc', 'secret', 'payload', 'day'],
}

export type Row = Record<string, unknown>
export type Rows = Readonly<Record<Table, readonly Row[]>>

/** A canary is `cnry` and 24 digits of its tenant: SQL cannot guess it, and a search finds it in any text. */
export const canaryPattern = /cnry[0-9a-f]{24}/gi

const words = ['printer', 'invoice', 'refund', 'login', 'export', 'delay', 'broken', 'thanks', 'urgent', 'harbour']

export function makeRows(tenantId: string, canary: string, accounts: number, random: Random): Rows {
  const text = () => `${random.pick(words)} ${random.pick(words)} ${random.int(1000)}`
  const people = Array.from({ length: accounts }, (_, at) => ({
    tenant_id: tenantId,
    id: random.uuid(),
    // The first half of all e-mails, and of slugs below, is the same in every tenant; the others are the tenant's own.
    email: at < accounts / 2 ? `person${at}@example.com` : `person${at}.${random.hex(8)}@example.com`,
    name: `${text()} ${canary}`,
    secret: `${canary}${at}`,
    balance: random.int(1000),
    tags: [random.pick(words), random.pick(words), `${canary}t`],
    custom: { word: random.pick(words), score: random.int(100), note: { deep: `${canary}c` } },
    created_at: `2026-0${1 + random.int(9)}-1${random.int(10)}T0${random.int(10)}:00:00Z`,
  }))
  return {
    accounts: people,
    notes: Array.from({ length: accounts * 2 }, (_, at) => ({
      tenant_id: tenantId,
      id: random.uuid(),
      account_id: people[at % accounts]!.id,
      body: `${text()} ${canary}b`,
      secret: `${canary}${at}`,
      amount: `${random.int(10_000)}.${random.int(90) + 10}`,
      place: Math.floor(at / accounts),
    })),
    documents: Array.from({ length: Math.ceil(accounts / 2) }, (_, at) => ({
      tenant_id: tenantId,
      id: random.uuid(),
      slug: at < accounts / 4 ? `doc-${at}` : `doc-${at}-${random.hex(8)}`,
      owner_id: random.chance(0.7) ? random.pick(people).id : null,
      doc: { title: text(), parts: [random.int(50), random.int(50)], key: `${canary}d` },
      secret: `${canary}${at}`,
      payload: Buffer.from(`${canary}p`),
      day: `2026-11-${10 + random.int(20)}`,
    })),
  }
}

export async function insertRows(admin: pg.Client, schema: string, rows: Rows): Promise<void> {
  for (const table of tables) {
    const names = columns[table].join(', ')
    // One parameter for all rows; bytes travel as PostgreSQL's own text.
    const json = JSON.stringify(rows[table], (_, value: unknown) =>
      isBytes(value) ? `\\x${Buffer.from(value.data).toString('hex')}` : value,
    )
    await admin.query(
      `insert into ${schema}.${table} (${names}) select ${names} from jsonb_populate_recordset(null::${schema}.${table}, $1)`,
      [json],
    )
  }
}

const isBytes = (value: unknown): value is { data: number[] } =>
  typeof value === 'object' && value !== null && 'type' in value && value.type === 'Buffer'
