/** Tables, policies, keys, grants and roles as a careless hand would leave them. */
import type { Mutant } from './mutants.ts'
import { fill, statements } from './statements.ts'

const both = ['probes', 'checks'] as const

const policy = (using: string, check: string) =>
  `drop policy if exists tenant_isolation on pooled.accounts; create policy tenant_isolation on pooled.accounts using (${using}) with check (${check})`
const sound = `(tenant_id = (select rowhouse.tenant_id()))`

export const catalogMutants: readonly Mutant[] = [
  {
    name: 'a policy is dropped',
    noticedBy: both,
    sql: statements('drop policy tenant_isolation on pooled.accounts', policy(sound, sound)),
  },
  { name: 'a policy is always true', noticedBy: both, sql: statements(policy('true', 'true'), policy(sound, sound)) },
  {
    name: 'a policy lets rows be written for anybody',
    noticedBy: both,
    probes: ['walls'],
    sql: statements(policy(sound, 'true'), policy(sound, sound)),
  },
  {
    name: 'row security is disabled',
    noticedBy: both,
    sql: statements(
      'alter table pooled.notes disable row level security',
      'alter table pooled.notes enable row level security',
    ),
  },
  {
    name: 'row security is not forced',
    noticedBy: ['checks'],
    sql: statements(
      'alter table pooled.notes no force row level security',
      'alter table pooled.notes force row level security',
    ),
  },
  {
    name: 'the check of a tier is dropped',
    noticedBy: both,
    probes: ['walls'],
    sql: async (admin, world) => {
      const { rows } = await admin.query<{ id: string }>(
        `select tenant_id as id from rowhouse.residents where schema_name = $1`,
        [fill('{theirs}', world)],
      )
      return statements(
        'alter table {theirs}.accounts drop constraint sole_tenant',
        `alter table {theirs}.accounts add constraint sole_tenant check (tenant_id = '${rows[0]!.id}'::uuid)`,
      )(admin, world)
    },
  },
  {
    name: 'a foreign key without tenant_id',
    noticedBy: both,
    probes: ['oracles'],
    sql: statements(
      'alter table pooled.notes drop constraint notes_tenant_id_account_id_fkey; alter table pooled.accounts add constraint u unique (id); alter table pooled.notes add constraint f foreign key (account_id) references pooled.accounts (id) deferrable',
      'alter table pooled.notes drop constraint f; alter table pooled.accounts drop constraint u; alter table pooled.notes add foreign key (tenant_id, account_id) references pooled.accounts (tenant_id, id) on delete cascade deferrable',
    ),
  },
  {
    name: 'a unique key without tenant_id',
    noticedBy: both,
    probes: ['oracles'],
    sql: statements('create unique index u on pooled.accounts (id)', 'drop index pooled.u'),
  },
  {
    name: 'an index without tenant_id',
    noticedBy: ['checks'],
    sql: statements('create index i on pooled.accounts (secret)', 'drop index pooled.i'),
  },
  {
    name: 'a new table is granted without a policy',
    noticedBy: both,
    probes: ['relations'],
    sql: statements(
      'create table pooled.fresh (id int); grant select on pooled.fresh to {app}',
      'drop table pooled.fresh',
    ),
  },
  {
    name: 'the application has BYPASSRLS',
    noticedBy: both,
    sql: statements('alter role {app} bypassrls', 'alter role {app} nobypassrls'),
  },
  {
    name: 'the application is a member of a role that escapes, two hops away',
    noticedBy: both,
    probes: ['roles'],
    sql: statements(
      `create role {prefix}_power bypassrls; create role {prefix}_hop; grant {prefix}_power to {prefix}_hop; grant {prefix}_hop to {app};
       grant usage on schema pooled to {prefix}_power; grant select on pooled.accounts to {prefix}_power`,
      `drop owned by {prefix}_power; drop role {prefix}_power; drop role {prefix}_hop`,
    ),
  },
  {
    name: 'the whole table is granted, ctid with it',
    noticedBy: both,
    probes: ['relations'],
    sql: statements(
      'grant select on pooled.accounts to {app}',
      'revoke select on pooled.accounts from {app}; grant select (tenant_id, id, email, name, secret, balance, tags, custom, created_at, search) on pooled.accounts to {app}',
    ),
  },
  {
    name: 'a view without security_invoker',
    noticedBy: both,
    probes: ['relations'],
    sql: statements(
      'create view pooled.v as select * from pooled.accounts; grant select on pooled.v to {app}',
      'drop view pooled.v',
    ),
  },
  {
    name: 'a materialized view elsewhere',
    noticedBy: both,
    probes: ['relations'],
    sql: statements(
      'create materialized view shadow.m as select * from pooled.accounts; grant select on shadow.m to {app}',
      'drop materialized view shadow.m',
    ),
  },
  {
    name: 'a child of a table, reached by its own name',
    noticedBy: both,
    probes: ['relations'],
    sql: statements(
      'create table pooled.kid () inherits (pooled.notes); grant select on pooled.kid to {app}',
      'drop table pooled.kid',
    ),
  },
  {
    name: `the residents' keys are readable`,
    noticedBy: both,
    probes: ['relations'],
    sql: statements('grant select on rowhouse.residents to {app}', 'revoke select on rowhouse.residents from {app}'),
  },
  {
    name: 'a function of a superuser that everybody may call',
    noticedBy: both,
    probes: ['functions'],
    sql: statements(
      'create function shadow.everything() returns setof text language sql security definer as $$ select secret from pooled.accounts $$',
      'drop function shadow.everything()',
    ),
  },
  {
    name: 'the application may make temporary tables',
    noticedBy: both,
    probes: ['privileges'],
    sql: statements(
      'grant temporary on database {database} to {app}',
      'revoke temporary on database {database} from {app}',
    ),
  },
  {
    name: 'the application may create in the house',
    noticedBy: both,
    probes: ['privileges'],
    sql: statements('grant create on schema pooled to {app}', 'revoke create on schema pooled from {app}'),
  },
  {
    name: 'statistics of all tenants are readable',
    noticedBy: ['probes'],
    probes: ['relations'],
    sql: statements(
      'grant select on pg_catalog.pg_class to public',
      'revoke select on pg_catalog.pg_class from public',
    ),
  },
]
