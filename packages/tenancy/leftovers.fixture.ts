/**
 * Threats I7 and I8: what somebody with the application's login can leave in the sessions of a pooler. OTHER stands for a
 * tenant's id. Each may be refused, as temporary tables are.
 */
export type Leftovers = Readonly<Record<string, readonly string[]>>

const known = Array.from({ length: 30 }, (_, at) => `PGBOUNCER_${at}`)

export const leftovers: Leftovers = {
  'the tenant': [`set rowhouse.tenant = 'OTHER'`, `set rowhouse.seal = 'x'`],
  'a search path': [`set search_path = pg_catalog`],
  'a short timeout': [`set statement_timeout = 1`, `set lock_timeout = 1`],
  'a shorter patience with transactions': [`set idle_in_transaction_session_timeout = 1`],
  'a read-only default': [`set default_transaction_read_only = on`],
  'another isolation level': [`set default_transaction_isolation = 'serializable'`],
  'row security that is off': [`set row_security = off`],
  'another encoding': [`set client_encoding = 'LATIN1'`],
  'other forms': [
    `set timezone = 'Asia/Kathmandu'`,
    `set datestyle = 'German'`,
    `set intervalstyle = 'sql_standard'`,
    `set bytea_output = 'escape'`,
    `set extra_float_digits = -5`,
    `set standard_conforming_strings = off`,
  ],
  'other answers': [`set gin_fuzzy_search_limit = 1`, `set transform_null_equals = on`, `set array_nulls = off`],
  'commits that are not kept': ['set synchronous_commit = off'],
  'another role': ['set role none', 'set session authorization default'],
  'a table in the way': ['create temporary table notes (id text, body text)'],
  'a cursor': ['begin', `declare c cursor with hold for select 1`, 'commit'],
  'a channel that it listens to': ['listen everything'],
  'a lock': [`select pg_advisory_lock(uuid_hash_extended('OTHER', 0))`],
  'statements by our names': ['rh_enter', 'rh_reset', 'rh_begin', 'rh_enter_shared', 'rh_begin_afresh'].map(
    (name) => `prepare ${name} as select 666 as one`,
  ),
  'no statements at all': ['deallocate all'],
  'statements that the pooler has prepared, gone': known.map((name) => `deallocate "${name}"`),
  'statements that the pooler has prepared, by others': known.flatMap((name) => [
    `deallocate "${name}"`,
    `prepare "${name}" as select 'other' as id, 'other' as body`,
  ]),
  'statements that the pooler will prepare': Array.from(
    { length: 200 },
    (_, at) => `prepare "PGBOUNCER_${at}" as select 'other' as id, 'other' as body`,
  ),
}
