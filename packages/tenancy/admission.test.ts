import { postgres18, server } from '@rowhouse/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { admit } from './admission.ts'
import { deploy, type Deployed, openNode } from './deployment.fixture.ts'
import type { Tenant } from './tenancy.ts'

test.each([
  'select 1',
  'SELECT 1',
  'sElEcT 1',
  'insert into notes (id) values (1)',
  'Update notes set id = 1',
  'delete from notes',
  'merge into notes using x on true when matched then delete',
  'with x as (select 1) select * from x',
  'values (1)',
  ' \t\r\n select 1',
  'select(1)',
  '(select 1)',
  '((select 1) union (select 2))',
  '( /* why */ ( select 1 ))',
  '-- why\nselect 1',
  '-- why\rselect 1',
  '/* why */select 1',
  '/* a /* nested */ comment */ select 1',
  '/**//*/**/*/select/**/1',
  '/* -- */ select 1',
  '-- /*\nselect 1',
])('admits %j', (text) => {
  expect(admit(text)).toMatchObject({ doubtful: false })
})

test.each([
  ['', 'empty'],
  ['   ', 'empty'],
  [';', 'empty'],
  ['; select 1', 'empty'],
  ['()', 'empty'],
  ['1', 'empty'],
  ['-- select 1', 'empty'],
  ['/* select 1', 'empty'],
  ['/* /* */ select 1', 'empty'],
  ['"select" 1', 'empty'],
  ['/* select */ begin', 'BEGIN'],
  ['-- select\ncommit', 'COMMIT'],
  ['(set role x)', 'SET'],
  ...(
    'abort alter analyze begin call checkpoint close cluster comment commit copy create deallocate declare discard do drop end ' +
    'execute explain fetch grant import listen load lock move notify prepare reassign refresh reindex release reset ' +
    'revoke rollback savepoint security set show start table truncate unlisten vacuum selected'
  )
    .split(' ')
    .map((word) => [`${word} x`, word.toUpperCase()]),
])('refuses %j', (text, word) => {
  expect(() => admit(text)).toThrow(
    expect.objectContaining({
      code: 'tenancy.statement_refused',
      detail: 'The request could not be served.',
      operator: `The door admits no ${word} statement`,
    }),
  )
})

test.each([
  `select set_config('a.b', 'c', false)`,
  `select SET_CONFIG('a.b', 'c', false)`,
  `select "set_config"('a.b', 'c', false)`,
  `select U&"s\\0065t_config"('a.b', 'c', false)`,
  'select query_to_xml($1, true, true, $2)',
  'select pg_advisory_lock(1)',
  'select pg_try_advisory_xact_lock(1)',
  `select pg_notify('a', 'b')`,
  'select lo_create(0)',
  'select ts_stat($1)',
])('doubts %j', (text) => {
  expect(admit(text)).toMatchObject({ doubtful: true })
})

test.each([
  ['select 1', true],
  ['(values (1))', true],
  ['insert into notes values (1)', false],
  ['with x as (delete from notes returning id) select * from x', false],
])('%j certainly changes nothing: %s', (text, reads) => {
  expect(admit(text).reads).toBe(reads)
})

test.each(['select id from notes tablesample system (50)', 'select id from notes TableSample bernoulli(1)'])(
  'refuses %j',
  (text) => expect(() => admit(text)).toThrow(expect.objectContaining({ code: 'tenancy.statement_refused' })),
)

describe('through the door', () => {
  let deployed: Deployed
  let node: ReturnType<typeof openNode>
  let tenant: Tenant
  beforeAll(async () => {
    deployed = await deploy(await server(postgres18))
    node = openNode(deployed, { maxConnections: 1 })
    tenant = await deployed.tenant('one', 'shared')
  })
  afterAll(() => node.stop())

  const backend = async () =>
    (await node.door.query(tenant.id, 'select pg_backend_pid() as pid', [])).rows[0]!['pid'] as number

  test('a refused statement is not sent, and a transaction may go on after it', async () => {
    const before = await backend()
    await expect(node.door.query(tenant.id, 'deallocate all', [])).rejects.toMatchObject({
      code: 'tenancy.statement_refused',
    })
    const kept = await node.door.transaction(tenant.id, async (execute) => {
      await expect(execute('rollback', [])).rejects.toMatchObject({ code: 'tenancy.statement_refused' })
      await execute(`insert into notes (id) values ('kept')`, [])
      await expect(execute('commit', [])).rejects.toMatchObject({ code: 'tenancy.statement_refused' })
      return (await execute('select id from notes', [])).rows
    })
    expect(kept).toEqual([{ id: 'kept' }])
    expect(await backend()).toBe(before)
  })

  test('a second statement behind a semicolon is PostgreSQL’s to refuse', async () => {
    const call = node.door.query(tenant.id, 'select 1; drop table pooled.notes', [])
    await expect(call).rejects.toMatchObject({ code: '42601' })
  })

  test('a doubtful statement costs the connection its life, whether it worked or failed', async () => {
    for (const text of [`select 'set_config'`, `select set_config('a.b', 'c', false)`]) {
      const before = await backend()
      await node.door.query(tenant.id, text, []).catch(() => {})
      const between = await backend()
      expect(between).not.toBe(before)
      await node.door.transaction(tenant.id, (execute) => execute(text, [])).catch(() => {})
      expect(await backend()).not.toBe(between)
    }
  })
})
