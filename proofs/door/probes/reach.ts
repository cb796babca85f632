/** I3, I4, I5, I18: every relation there is, and every function that the application may call. */
import type { Probe } from '../probe.ts'
import { tables } from '../rows.ts'

/** What the application may read beside its own house's tables: none of it holds data of anybody. */
const readable = /^(pooled|control|t_[0-9a-f]+)\.(accounts|notes|documents|members)$/

export const relations: Probe = async ({ world, house, scene, signal }) => {
  const admin = await world.admin(house.databaseName)
  const { rows } = await admin.query<{ name: string; child: boolean }>(`
    select format('%I.%I', n.nspname, c.relname) as name, exists (select from pg_inherits i where i.inhrelid = c.oid) as child
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where c.relkind in ('r', 'v', 'm', 'f', 'p', 'S', 't') order by 1`)
  for (const { name, child } of rows) {
    signal.throwIfAborted()
    const row = /^(pg_|information)/.test(name) ? 'I18' : child ? 'I5' : 'I3'
    const outcome = await scene.driver(`${row} every relation`, { text: `select * from ${name} limit 5` })
    if (outcome.code === '' && !readable.test(name)) scene.find('allowed', outcome.statement, outcome.seen)
    const written = await scene.transaction(`${row} every relation`, [{ text: `delete from ${name}` }])
    if (written[0]!.code === '' && !readable.test(name)) scene.find('allowed', written[0]!.statement, 'it succeeded')
    for (const column of ['ctid', 'xmin', 'tableoid']) {
      if (!tables.some((table) => name.endsWith(`.${table}`))) continue
      const hidden = await scene.driver('I18 system columns', { text: `select ${column} from ${name} limit 1` })
      if (hidden.code === '') scene.find('allowed', hidden.statement, hidden.seen)
    }
  }
}

/** Arguments by type; every one of them points at what is not the attacker's. */
export const functions: Probe = async ({ world, house, scene, random, size, signal }) => {
  const admin = await world.admin(house.databaseName)
  const other = house.neighbours[0] ?? {
    resident: world.residents.at(-1)!,
    placement: world.residents.at(-1)!.placement,
  }
  const table = `${other.placement.schemaName}.accounts`
  const query = `select secret from ${table}`
  const samples: Readonly<Record<string, readonly string[]>> = {
    text: [table, query, other.resident.id, 'rowhouse.tenant', '%'],
    name: ['accounts', world.names.owner, other.placement.schemaName],
    cstring: [table, query],
    regclass: ['rowhouse.residents', 'accounts'],
    regproc: ['now'],
    regprocedure: ['rowhouse.tenant_id()'],
    regtype: ['accounts'],
    regnamespace: ['pooled'],
    regrole: [world.names.application],
    oid: ['1', '1259', '16400'],
    uuid: [other.resident.id],
    int4: ['1'],
    int8: ['1'],
    int2: ['1'],
    bool: ['true'],
    json: ['{"a":1}'],
    jsonb: ['{"a":1}'],
    xml: ['<a/>'],
    bytea: ['x'],
    timestamptz: ['2026-01-01'],
    timestamp: ['2026-01-01'],
    date: ['2026-01-01'],
    interval: ['1 day'],
    tsvector: ['cnry'],
    tsquery: ['cnry'],
    float8: ['1'],
    numeric: ['1'],
    regconfig: ['simple'],
    regdictionary: ['simple'],
    xid: ['1'],
    xid8: ['1'],
    tid: ['(0,1)'],
    pg_lsn: ['0/1'],
    _text: ['{accounts}'],
    jsonpath: ['$.a'],
    char: ['r'],
    bpchar: ['r'],
    inet: ['127.0.0.1'],
    aclitem: [`=r/${world.names.owner}`],
    refcursor: ['c'],
  }
  const { rows } = await admin.query<{ schema: string; name: string; args: string[] | null }>(
    `select n.nspname as schema, p.proname as name, (
       select array_agg(t.typname::text order by u.n) from unnest(p.proargtypes) with ordinality u (id, n) join pg_type t on t.oid = u.id) as args
     from pg_proc p join pg_namespace n on n.oid = p.pronamespace
     where p.prokind in ('f', 'p') and not p.proretset is null and has_function_privilege($1, p.oid, 'execute')
       and p.prorettype not in ('trigger'::regtype, 'event_trigger'::regtype, 'internal'::regtype)
       and not 'internal'::regtype = any (p.proargtypes)
     order by p.oid`,
    [world.names.application],
  )
  const offset = random.int(size.everyFunction)
  for (const [at, { schema, name, args }] of rows.entries()) {
    if (schema === 'pg_catalog' && at % size.everyFunction !== offset) continue
    signal.throwIfAborted()
    const list = (args ?? []).map((type) => {
      const sample = samples[type]
      if (type.startsWith('any')) return type === 'anyarray' ? `array['x']::text[]` : `'x'::text`
      return sample
        ? `'${random.pick(sample).replaceAll("'", "''")}'::pg_catalog.${quotedType(type)}`
        : `null::pg_catalog.${quotedType(type)}`
    })
    await scene.transaction('I4 every function', [{ text: `select "${schema}"."${name}"(${list.join(', ')})` }])
  }
}

const quotedType = (type: string) => `"${type}"`
