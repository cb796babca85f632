import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, expect, test } from 'vitest'

const root = fileURLToPath(new URL('../..', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'rowhouse-types-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const opening = `
  import { Kysely, sql } from 'kysely'
  import { type Door, type TenantDb, queryDb, transactionDb } from '@rowhouse/tenancy'
  interface NoteTables { notes: { tenantId: string; id: string; body: string | null } }
  interface OtherTables { invoices: { tenantId: string; id: string } }
  declare const door: Door
  declare const db: TenantDb<NoteTables>
  declare const plain: Kysely<NoteTables>
  const count = async (db: TenantDb<NoteTables>) => (await db.selectFrom('notes').select('id').execute()).length
  export const used = [door, db, plain, count, sql, queryDb, transactionDb, null as OtherTables | null]
`

const accepted = `
  export const all = [
    count(db),
    count(queryDb<NoteTables>(door, 'id')),
    transactionDb<NoteTables, number>(door, 'id', count),
    db.insertInto('notes').values({ tenantId: 't', id: 'x', body: null }).returning('body').executeTakeFirstOrThrow(),
    db.updateTable('notes').set({ body: 'x' }).where('id', '=', 'x').execute(),
    db.with('few', (db) => db.selectFrom('notes').select('id')).selectFrom('few').selectAll().execute(),
    sql<{ one: number }>\`select 1 as one\`.execute(db),
  ]`

const refused: readonly (readonly [what: string, code: string, words: RegExp])[] = [
  ['a Kysely that is in no tenant', 'count(plain)', /not assignable to parameter of type 'TenantDb<NoteTables>'/],
  ['another module’s tenant database', 'count(queryDb<OtherTables>(door, "id"))', /not assignable/],
  ['the door itself', 'count(door)', /not assignable/],
  ['a tenant database without a tenant', 'queryDb<NoteTables>(door)', /Expected 2-3 arguments/],
  ['another module’s table', 'db.selectFrom("invoices").select("id").execute()', /not assignable/],
  ['a column that is not there', 'db.selectFrom("notes").select("title").execute()', /not assignable/],
  ['a column in its SQL name', 'db.selectFrom("notes").select("tenant_id").execute()', /not assignable/],
  ['a value of the wrong type', 'db.updateTable("notes").set({ id: 7 }).execute()', /not assignable/],
  ['a row without a column', 'db.insertInto("notes").values({ id: "x" }).execute()', /not assignable|missing/],
  ['a transaction inside a transaction', 'db.transaction()', /Property 'transaction' does not exist/],
  ['a change of the schema', 'db.schema', /Property 'schema' does not exist/],
  ['another search path', 'db.withSchema("other")', /Property 'withSchema' does not exist/],
  ['a connection of one’s own', 'db.connection()', /Property 'connection' does not exist/],
  ['a plugin', 'db.withPlugin(null!)', /Property 'withPlugin' does not exist/],
  ['raw SQL in no tenant', 'count(sql`select 1`)', /not assignable/],
]

/** What the compiler says of each file. */
async function compile(files: Readonly<Record<string, string>>): Promise<Map<string, string>> {
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ extends: join(root, 'tsconfig.json'), include: ['.'] }))
  for (const [name, code] of Object.entries(files)) writeFileSync(join(folder, name), opening + code)
  const tsc = join(root, 'node_modules/.bin/tsc')
  const { stdout } = await promisify(execFile)(process.execPath, [tsc, '-p', folder, '--pretty', 'false'], {
    cwd: folder,
  }).catch((error: { stdout: string }) => error)
  const said = new Map<string, string>()
  for (const block of stdout.split(/\n(?=\S)/)) {
    const name = /^(\S+?)\(/.exec(block)?.[1]
    if (name !== undefined) said.set(name, `${said.get(name) ?? ''}${block}\n`)
  }
  return said
}

test('code without a tenant, or beyond its module’s tables, does not compile', async () => {
  const nameOf = (at: number) => `refused-${at}.ts`
  const files = Object.fromEntries(refused.map(([, code], at) => [nameOf(at), `export const it = ${code}`]))
  const said = await compile({ 'accepted.ts': accepted, ...files })
  expect(said.get('accepted.ts')).toBeUndefined()
  for (const [at, [what, , words]] of refused.entries())
    expect([what, said.get(nameOf(at))]).toEqual([what, expect.stringMatching(words)])
}, 60_000)
