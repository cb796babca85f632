/** The door's own functions, with one check less. */
import type { Mutant } from './mutants.ts'
import { rewritten } from './statements.ts'

const enter = 'rowhouse.enter(uuid, bytea)'
const tenantId = 'rowhouse.tenant_id()'
const pinned = 'rowhouse.pinned_tenant_id()'

export const functionMutants: readonly Mutant[] = [
  {
    name: 'the seal is not checked',
    noticedBy: ['probes'],
    sql: rewritten([tenantId], /and pg_catalog\.current_setting\('rowhouse\.seal'[^;]*;/, ';'),
  },
  {
    name: 'the seal is not bound to its transaction',
    noticedBy: ['probes'],
    probes: ['seals'],
    sql: rewritten(
      [enter, tenantId],
      /(seal_key operator\(pg_catalog\.\|\|\) )pg_catalog\.timestamptz_send\(current_timestamp\)/,
      `$1'\\x00'::bytea`,
    ),
  },
  {
    name: 'the seal of the schema tier is not checked',
    noticedBy: ['probes'],
    sql: rewritten(
      [pinned],
      'return rowhouse.tenant_id()',
      `return nullif(current_setting('rowhouse.tenant', true), '')::uuid`,
    ),
  },
  {
    name: 'the proof is not checked',
    noticedBy: ['probes'],
    probes: ['proofs'],
    sql: rewritten([enter], /and pg_catalog\.substr\(proof, 9\)[^;]*;/, ';'),
  },
  {
    name: 'the expiry is not checked',
    noticedBy: ['probes'],
    probes: ['proofs'],
    sql: rewritten([enter], 'when proof operator(pg_catalog.<=)', 'when false and proof operator(pg_catalog.<=)'),
  },
  {
    name: `anybody's proof opens every residence`,
    noticedBy: ['probes'],
    probes: ['proofs'],
    sql: rewritten(
      [enter],
      /and pg_catalog\.substr\(proof, 9\)[^;]*;/,
      'and exists (select from rowhouse.residents x where pg_catalog.substr(proof, 9) = pg_catalog.sha256(x.proof_key || pg_catalog.substr(proof, 1, 8)));',
    ),
  },
  {
    name: 'the proof of an old epoch still opens',
    noticedBy: ['probes'],
    probes: ['residence'],
    sql: rewritten(
      [enter],
      'r.proof_key',
      'r.first_key',
      'alter table rowhouse.residents add first_key bytea; update rowhouse.residents set first_key = proof_key',
      'alter table rowhouse.residents drop first_key',
    ),
  },
  {
    name: 'a closed residence is entered',
    noticedBy: ['probes'],
    probes: ['residence'],
    sql: rewritten([enter], `not unmoved or r.state operator(pg_catalog.<>) 'open'`, 'not unmoved'),
  },
  {
    name: 'the lock is skipped',
    noticedBy: ['probes'],
    probes: ['residence'],
    sql: rewritten([enter], /:= pg_catalog\.pg_try_advisory_xact_lock_shared\([^;]*;/, ':= true;'),
  },
  {
    name: 'the isolation is not checked',
    noticedBy: ['probes'],
    probes: ['residence'],
    sql: rewritten([enter], `operator(pg_catalog.<>) 'read committed'`, `operator(pg_catalog.=) 'never'`),
  },
  {
    name: 'names in the door are not qualified',
    noticedBy: ['probes'],
    probes: ['proofs'],
    sql: rewritten([enter], 'pg_catalog.sha256', 'sha256'),
  },
]
