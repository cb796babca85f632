-- What stands between a table and the door. Migrations create plain tables; `cover` puts each behind the door, and
-- `uncovered` says what is still open. Both are the owner's alone.

-- Row security, policy and grants for every table of a schema. Safe to repeat: it runs after every migration.
-- `sole_tenant` adds the check of the schema and database tiers: not even the right tenant's rows stand in another's house.
-- A house is also `control`, in the control database, and `rowhouse`, where the platform's own tables stand once for all
-- tenants of a database; the door's residents among them are nobody's but its owner's.
create function rowhouse.cover(house text, application name, sole_tenant uuid default null) returns void
language plpgsql
as $$
declare
  tables oid[];
  relation oid;
  tenant_of text := case when house = 'pooled' then 'rowhouse.tenant_id()' else 'rowhouse.pinned_tenant_id()' end;
  columns text;
begin
  execute format('grant usage on schema %I to %I', house, application);
  select array_agg(c.oid order by c.oid) into tables
  from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'tenant_id' and not a.attisdropped
  where c.relnamespace = house::regnamespace and c.relkind in ('r', 'p')
    and c.oid <> 'rowhouse.residents'::regclass;

  foreach relation in array coalesce(tables, '{}') loop
    execute format('alter table %s enable row level security, force row level security', relation::regclass);
    execute format('drop policy if exists tenant_isolation on %s', relation::regclass);
    execute format(
      'create policy tenant_isolation on %s using (tenant_id = (select %s)) with check (tenant_id = (select %2$s))',
      relation::regclass, tenant_of);
    -- Column by column: a grant on the whole table would include ctid, which tells how many rows all tenants have.
    select string_agg(quote_ident(a.attname), ', ' order by a.attnum) into columns
    from pg_attribute a where a.attrelid = relation and a.attnum > 0 and not a.attisdropped;
    execute format('revoke all on %s from %I', relation::regclass, application);
    execute format(
      'grant select (%s), insert (%1$s), update (%1$s), delete on %s to %I', columns, relation::regclass, application);
    if sole_tenant is not null
      and not exists (select from pg_constraint k where k.conrelid = relation and k.conname = 'sole_tenant')
    then
      execute format(
        'alter table %s add constraint sole_tenant check (tenant_id = %L::uuid)', relation::regclass, sole_tenant);
    end if;
  end loop;
end
$$;

-- Everything in a schema that does not stand behind the door as it must: one line of text for each fault.
--
-- One policy there is besides the door's: the relay sees which tenants have events waiting, and since when. It is a role of
-- its own, and `survey` is all that it may read of anybody.
create function rowhouse.uncovered(
  house text, application name, sole_tenant uuid default null, relay name default null
) returns setof text
language sql stable
begin atomic
  with survey (relname, columns) as (
    values
      ('outbox', array['tenant_id', 'sequence']),
      ('delivery_keys', array['tenant_id', 'due_at', 'parked_at'])
  ), relations as (
    select c.oid, c.relname, c.relkind, c.relrowsecurity, c.relforcerowsecurity, c.reloptions
    from pg_class c
    where c.relnamespace = house::regnamespace
  ), tables as (
    select r.*, a.attnum as tenant_column, a.attnotnull and a.atttypid = 'uuid'::regtype as tenant_required
    from relations r
    left join pg_attribute a on a.attrelid = r.oid and a.attname = 'tenant_id' and not a.attisdropped
    -- Where the platform keeps what is its own, a table without a tenant is not the application's to read.
    where r.relkind in ('r', 'p') and (house not in ('control', 'rowhouse') or a.attnum is not null)
      and r.oid <> 'rowhouse.residents'::regclass
  ), policies as (
    -- `pg_get_expr` and `pg_get_constraintdef` lock the table that they are asked about. `offset 0` keeps the planner from
    -- asking them about other houses' too: one in the making would be waited for, and two would wait for each other.
    select p.* from tables t cross join lateral (select p.* from pg_policy p where p.polrelid = t.oid offset 0) p
    where not (
      house = 'rowhouse' and t.relname in (select s.relname from survey s)
      and p.polname = 'relay_survey' and p.polcmd = 'r' and p.polpermissive
      and pg_get_expr(p.polqual, p.polrelid) = 'true'
      and p.polroles = array(select r.oid from pg_roles r where r.rolname = relay)
    )
  )
  select format('%s has no column tenant_id', t.relname) from tables t where t.tenant_column is null
  union all
  select format('%s.tenant_id must be uuid not null', t.relname) from tables t where not t.tenant_required
  union all
  select format('%s has no row security', t.relname) from tables t where not t.relrowsecurity
  union all
  select format('%s does not force row security on its owner', t.relname) from tables t where not t.relforcerowsecurity
  union all
  select format('%s has %s policies; it must have tenant_isolation alone', t.relname, count(p.oid))
  from tables t left join policies p on p.polrelid = t.oid
  group by t.oid, t.relname
  having count(p.oid) <> 1 or min(p.polname) <> 'tenant_isolation'
  union all
  select format('%s: its policy is not the door''s', t.relname)
  from tables t join policies p on p.polrelid = t.oid
  where pg_get_expr(p.polqual, p.polrelid) is distinct from pg_get_expr(p.polwithcheck, p.polrelid)
    or pg_get_expr(p.polqual, p.polrelid) is distinct from case
      when house = 'pooled' then '(tenant_id = ( SELECT rowhouse.tenant_id() AS tenant_id))'
      else '(tenant_id = ( SELECT rowhouse.pinned_tenant_id() AS pinned_tenant_id))'
    end
    or p.polcmd <> '*' or not p.polpermissive or p.polroles <> '{0}'
  union all
  select format('%s has no primary key', t.relname) from tables t
  where not exists (select from pg_index i where i.indrelid = t.oid and i.indisprimary)
  union all
  select format('%s does not begin with tenant_id', i.indexrelid::regclass)
  from tables t join pg_index i on i.indrelid = t.oid
  join pg_class x on x.oid = i.indexrelid
  join pg_am m on m.oid = x.relam
  -- Also one that is not unique, where PostgreSQL would look up a value before the policy: the time would tell of it.
  where (i.indisunique or i.indisexclusion or m.amname in ('btree', 'hash')) and i.indkey[0] is distinct from t.tenant_column
  union all
  select format('foreign key %s of %s does not begin with tenant_id on both sides', k.conname, t.relname)
  from tables t
  join pg_constraint k on k.conrelid = t.oid and k.contype = 'f'
  left join pg_attribute f on f.attrelid = k.confrelid and f.attname = 'tenant_id'
  where k.conkey[1] is distinct from t.tenant_column or k.confkey[1] is distinct from f.attnum
  union all
  select format('foreign key %s of %s is not deferrable: a move could not copy its table', k.conname, t.relname)
  from tables t join pg_constraint k on k.conrelid = t.oid and k.contype = 'f'
  where not k.condeferrable
  union all
  select format('%s has no check that its one tenant is alone', t.relname) from tables t
  where sole_tenant is not null and not exists (
    select from (
      select k.oid from pg_constraint k
      where k.conrelid = t.oid and k.conname = 'sole_tenant' and k.convalidated offset 0
    ) k
    where pg_get_constraintdef(k.oid) = format('CHECK ((tenant_id = %L::uuid))', sole_tenant)
  )
  union all
  select format('trigger %s on %s: tenant tables have none, or they could not be moved', g.tgname, t.relname)
  from tables t join pg_trigger g on g.tgrelid = t.oid and not g.tgisinternal
  union all
  select format('%s is a %s: tenant schemas hold tables and their indexes only', r.relname, case r.relkind
    when 'v' then 'view' when 'm' then 'materialized view' when 'f' then 'foreign table' when 'S' then 'sequence' else 'thing' end)
  from relations r
  where r.relkind not in ('r', 'p', 'i', 'I', 't') and not (house = 'rowhouse' and r.relkind = 'S')
  union all
  select format('%s is an inheritance child: it would be reached around its parent''s policy', t.relname)
  from tables t join pg_inherits i on i.inhrelid = t.oid
  union all
  select format('function %s: tenant schemas hold no functions', p.oid::regprocedure)
  from pg_proc p where p.pronamespace = house::regnamespace and house not in ('control', 'rowhouse')
  union all
  select format('%s may %s on all of %s: privileges are given by column, and only to the application', g.grantee, g.privilege_type, t.relname)
  from tables t
  join pg_class c on c.oid = t.oid
  cross join lateral (
    select case x.grantee when 0 then 'PUBLIC' else x.grantee::regrole::text end as grantee, x.privilege_type, x.grantee as role
    from aclexplode(c.relacl) x
    where x.grantee <> c.relowner
  ) g
  where g.privilege_type <> 'DELETE' or g.role = 0 or g.role <> (select r.oid from pg_roles r where r.rolname = application)
  union all
  select format('%s may %s column %s of %s', x.grantee::regrole, x.privilege_type, a.attname, t.relname)
  from tables t
  join pg_attribute a on a.attrelid = t.oid
  cross join lateral aclexplode(a.attacl) x
  where (
      x.grantee <> (select r.oid from pg_roles r where r.rolname = application)
      or x.privilege_type not in ('SELECT', 'INSERT', 'UPDATE') or a.attnum < 0
    )
    and not (
      house = 'rowhouse' and x.privilege_type = 'SELECT' and not x.is_grantable
      and x.grantee = (select r.oid from pg_roles r where r.rolname = relay)
      and exists (select from survey s where s.relname = t.relname and a.attname = any (s.columns))
    )
  union all
  select format('%s may create in schema %s', case x.grantee when 0 then 'PUBLIC' else x.grantee::regrole::text end, n.nspname)
  from pg_namespace n cross join lateral aclexplode(n.nspacl) x
  where n.nspname in (house, 'rowhouse') and x.grantee <> n.nspowner and x.privilege_type = 'CREATE'
  union all
  -- Houses are asked for one by one; whatever else the application can reach stands behind no door at all.
  select format('%s is open to the application and stands in no house', c.oid::regclass)
  from pg_class c
  join pg_namespace n on n.oid = c.relnamespace
  where n.nspname !~ '^(pg_.*|information_schema|pooled|t_.*)$'
    -- Of the platform's own tables those of tenants are a house, looked at by itself.
    and not (n.nspname = 'rowhouse' and c.relforcerowsecurity and house <> 'rowhouse')
    and not (n.nspname = 'rowhouse' and exists (select from tables t where t.oid = c.oid))
    and c.relkind in ('r', 'p', 'v', 'm', 'f')
    and has_schema_privilege(application, n.oid, 'usage')
    and has_any_column_privilege(application, c.oid, 'select, insert, update')
    and not (n.nspname = 'control' and exists (select from tables t where t.oid = c.oid))
  union all
  select format('%s is open to the relay', c.oid::regclass)
  from pg_namespace n
  join pg_class c on c.relnamespace = n.oid
  where has_schema_privilege(relay, n.oid, 'usage')
    and n.nspname !~ '^(pg_.*|information_schema)$'
    and c.relkind in ('r', 'p', 'v', 'm', 'f', 'S')
    and (
      has_any_column_privilege(relay, c.oid, 'insert, update, references')
      or has_any_column_privilege(relay, c.oid, 'select') and not (
        n.nspname = 'rowhouse' and c.relname in (select s.relname from survey s)
      )
    )
  union all
  -- Its owner's rights and its caller's search path: a name in it could be made to mean something else.
  select format('function %s runs as its owner in its caller''s search path', p.oid::regprocedure)
  from pg_proc p
  where p.prosecdef and p.prosqlbody is null and has_function_privilege(application, p.oid, 'execute')
    and not exists (select from unnest(p.proconfig) setting where setting like 'search\_path=%')
    and p.oid not in ('rowhouse.enter(uuid, bytea)'::regprocedure, 'rowhouse.tenant_id()'::regprocedure);
end;

revoke all on function rowhouse.cover(text, name, uuid) from public;
revoke all on function rowhouse.uncovered(text, name, uuid, name) from public;
