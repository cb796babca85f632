/** I8, I20: what one tenant leaves on a connection, and what the next one finds there. */
import type { Probe } from '../probe.ts'

/** Everything that admitted SQL could leave behind; the witness looks after each. */
export const leftovers: Probe = async ({ scene, world, size }) => {
  const other = world.residents.find(({ label }) => label === 'schema-b')!
  const texts = [
    `select set_config('search_path', '${other.placement.schemaName}', false)`,
    `select pg_catalog.set_config('timezone', 'Asia/Tokyo', false)`,
    `select "set_config"('statement_timeout', '1', false)`,
    `select U&"set\\005fconfig"('row_security', 'off', false)`,
    `select set_config(name, '1', false) from (values ('statement_timeout'), ('work_mem')) v (name)`,
    `update pg_settings set setting = '${other.placement.schemaName}' where name = 'search_path'`,
    `update pg_catalog.pg_settings set setting = 'Asia/Tokyo' where name = 'TimeZone'`,
    `with s as (update pg_settings set setting = 'off' where name = 'row_security' returning 1) select * from s`,
    `merge into pg_settings p using (values (1)) v (x) on p.name = 'work_mem' when matched then update set setting = '64'`,
    `select pg_advisory_lock(1)`,
    `select pg_try_advisory_lock(1)`,
    `select pg_advisory_xact_lock_shared(1)`,
    `select pg_try_advisory_xact_lock(uuid_hash_extended('${other.id}', 0))`,
    `select pg_notify('tenants', 'hello')`,
    `select setseed(0.5)`,
    `select lo_create(1)`,
    `select lo_from_bytea(0, 'x')`,
    `select query_to_xml('select secret from accounts', true, true, '')`,
    `select query_to_xml('set timezone = utc', true, true, '')`,
    `select table_to_xml('${other.placement.schemaName}.accounts', true, true, '')`,
    `select cursor_to_xml('c', 1, true, true, '')`,
    `select database_to_xml(true, true, '')`,
    `select * from ts_stat('select search from accounts')`,
    `select ts_rewrite('a', 'select ''a''::tsquery, ''b''::tsquery')`,
    `select pg_sleep(0)`,
    `select pg_terminate_backend(1)`,
    `select pg_cancel_backend(pg_backend_pid())`,
    `select pg_reload_conf()`,
    `select pg_read_file('/etc/passwd')`,
    `select pg_ls_dir('.')`,
    `select pg_stat_file('base')`,
    `select lo_import('/etc/passwd')`,
    `select pg_current_wal_lsn()`,
    `select pg_export_snapshot()`,
    `select pg_logical_emit_message(true, 'a', 'b')`,
    `select pg_create_logical_replication_slot('s', 'pgoutput')`,
    `select * from pg_logical_slot_get_changes('s', null, null)`,
    `select pg_stat_reset()`,
    `select pg_stat_get_activity(null)`,
    `select txid_current()`,
    `select pg_current_xact_id()`,
    `select * from pg_prepared_statements`,
    `select * from pg_cursors`,
    `select * from pg_stat_activity`,
    `select * from pg_locks`,
    `select * from pg_prepared_xacts`,
    `select pg_relation_size('accounts')`,
    `select pg_total_relation_size('accounts')`,
    `select pg_database_size(current_database())`,
    `select reltuples from pg_class`,
    `select * from pg_stats`,
    `select * from pg_sequences`,
    `select pg_get_functiondef('rowhouse.enter'::regproc)`,
    `select pg_get_constraintdef(oid) from pg_constraint`,
    `select pg_stat_get_live_tuples('accounts'::regclass)`,
  ]
  for (const [at, text] of texts.entries()) {
    const row = /size|reltuples|pg_stat|sequences/.test(text)
      ? 'I18'
      : /notify|lo_/.test(text)
        ? 'I19'
        : /slot|wal/.test(text)
          ? 'I26'
          : 'I8'
    const outcome = await scene.driver(`${row} leftovers through the driver`, { text })
    if (outcome.code === '') scene.find('allowed', text, outcome.seen)
    if (at % size.everyCommand === 0)
      await scene.raw(`${row} leftovers on the wire`, [text, 'select secret from accounts limit 1', 'commit'])
  }
  // Refused by the admission before they are sent: they would replace what the next tenant runs.
  const refused = [
    'deallocate all',
    'DEALLOCATE rh_enter',
    'prepare rh1 as select 1',
    'discard all',
    ' /* a */ set role none',
    '-- x\nreset all',
    '(((set search_path = x',
    'begin',
    'commit',
    'rollback',
    'savepoint a',
    'execute rh1',
    'declare c cursor with hold for select 1',
    'listen a',
    'notify a',
    'lock table accounts',
    'copy accounts to stdout',
    'explain select 1',
    'table accounts',
    'show all',
    'vacuum',
    'do $$ $$',
    'call f()',
    '',
    ';',
    '/* never closed',
    'select 1; deallocate all',
    'select 1; select 2',
    'with x as (select 1) select 1; reset all',
    `select 1\u0000; deallocate all`,
    'analyze',
    'truncate accounts',
    'create table x (id int)',
    'alter role current_user set work_mem = 64',
    '\ufeffdeallocate all',
    '\u00a0deallocate all',
    '/*/**/*/deallocate all',
    '/*/*/ */ */ reset all',
    `select secret from accounts tablesample system (100)`,
    `select id from accounts tablesample bernoulli (50) repeatable (1)`,
  ]
  for (const text of refused) {
    const outcome = await scene.driver('I8 refused by the driver', { text })
    if (outcome.code === '') scene.find('allowed', text, outcome.seen)
  }
}

/** The same named statement in turn for each tenant of the database, more than ten times: the plan is then generic. */
export const plans: Probe = async ({ house, scene, entrance, tally, size }) => {
  const door = entrance.to(house)
  const everybody = [house.attacker, ...house.neighbours.map(({ resident }) => resident)]
  const texts = [
    'select secret, tenant_id from accounts where id = $1',
    'select min(secret) as secret, count(*) as n from notes where place >= $1::int',
    'select a.secret from accounts a join notes n on n.account_id = a.id where a.id = $1 limit 1',
    `update accounts set name = name where id = $1 returning secret`,
  ]
  for (const [at, text] of texts.entries()) {
    for (let turn = 0; turn < 14 + size.repeats; turn += 1) {
      for (const resident of everybody) {
        const value = at === 1 ? 0 : resident.rows.accounts[turn % resident.rows.accounts.length]!['id']
        const { rows } = await door.query(resident.id, text, [value])
        tally.check('I20 reads in turn, one plan for everybody')
        const own = rows.length === 1 && String(rows[0]!['secret']).startsWith(resident.canary)
        if (!own) scene.find('next', `${text} -- ${String(value)} as ${resident.label}`, JSON.stringify(rows))
      }
    }
  }
}

/** After the raw connection nobody meets it again. */
export const destroyed: Probe = async ({ scene, entrance }) => {
  const pid = 'select pg_backend_pid() as pid'
  const before = entrance.opened()
  const [raw] = await scene.raw('I8 raw connection is destroyed', [pid])
  const next = await scene.driver('I8 raw connection is destroyed', { text: pid })
  const met = String((raw!.rows[0] as unknown[])[0]) === String((next.rows[0] as { pid: number }).pid)
  if (met || entrance.opened() === before) scene.find('next', 'raw, then the driver', `both on ${next.seen}`)
}
