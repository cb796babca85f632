-- The door. Installed in every database where tenants live, by the owner role, which nobody can log in as.
--
-- Both functions do one look-up and little else, because PostgreSQL prepares each of their statements and expressions
-- anew in every transaction, and asks for the right to call each function and operator in them. Of the server's time
-- `enter` takes about 30 µs and `tenant_id` 10 (one by one in bench/; 14 and 8 in a loop that does nothing else).

-- Who lives in this database, in which schema, and the keys of its door. Only the owner role can read it.
create table rowhouse.residents (
  tenant_id   uuid primary key,
  -- Raised by every move. A node that has missed a move makes its proofs for the epoch before, and is refused.
  epoch       bigint not null,
  schema_name text not null,
  state       text not null default 'open' check (state in ('open', 'closed')),
  -- HMAC-SHA-256 of (tenant, epoch) under the application tier's key, which no database holds.
  proof_key   bytea not null check (length(proof_key) = 32),
  -- Random, made here; never leaves the database.
  seal_key    bytea not null check (length(seal_key) = 32)
    default sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()))
);

-- Lets the current transaction in as one tenant, or raises:
--   RH001  not admitted: the proof is false, expired or of another epoch, or the tenant does not live here
--   RH002  the tenant is moving or closed
--   RH003  the transaction is not READ COMMITTED
--
-- A proof is 8 bytes of expiry (timestamptz in PostgreSQL's binary format: microseconds since 2000) followed by
-- SHA-256 (proof_key, expiry). Keyed hash and message have one fixed length, so that no proof extends another, and
-- SHA-256 is then a pseudorandom function (Bellare, Canetti, Krawczyk 1996). memcmp compares the 32 bytes.
--
-- It runs under whatever search path the session has, and must leave the tenant's behind: a `set search_path` of its own
-- would undo that at its exit, so every name in it is qualified.
create function rowhouse.enter(tenant uuid, proof bytea) returns void
language plpgsql volatile security definer parallel unsafe
as $$
declare
  -- Taken before the residence is read, so that the read's snapshot is the later one: a mover that holds or awaits the
  -- lock is seen here, one that has committed is seen in the row. It never waits: that would hold a pooled connection.
  unmoved boolean := pg_catalog.pg_try_advisory_xact_lock_shared(pg_catalog.uuid_hash_extended(tenant, 0));
  refusal text;
  seal text;
begin
  -- One statement looks up, judges and seals. What it sets for a tenant that is then refused ends with the exception.
  select
    case
      -- Here and not below: a condition that reads no column would become a plan node of its own (4 µs).
      when proof operator(pg_catalog.<=) pg_catalog.timestamptz_send(current_timestamp) then 'RH001'
      when not unmoved or r.state operator(pg_catalog.<>) 'open' then 'RH002'
      -- At a higher isolation level the residence may have been read in an older snapshot than the lock's.
      when pg_catalog.current_setting('transaction_isolation') operator(pg_catalog.<>) 'read committed' then 'RH003'
      when pg_catalog.set_config('rowhouse.tenant', tenant::text, true) is null then 'RH001'
      -- `pooled`, the home of the shared and database tiers, is the role's own path already.
      when r.schema_name operator(pg_catalog.<>) 'pooled'
        and pg_catalog.set_config('search_path', r.schema_name, true) is null then 'RH001'
    end,
    pg_catalog.set_config('rowhouse.seal', pg_catalog.sha256(
      r.seal_key operator(pg_catalog.||) pg_catalog.timestamptz_send(current_timestamp)
    )::text, true)
  into refusal, seal
  from rowhouse.residents r
  where r.tenant_id operator(pg_catalog.=) tenant
    and pg_catalog.substr(proof, 9)
      operator(pg_catalog.=) pg_catalog.sha256(r.proof_key operator(pg_catalog.||) pg_catalog.substr(proof, 1, 8));

  if refusal is null and seal is not null then
    return;
  elsif refusal operator(pg_catalog.=) 'RH002' then
    raise exception using errcode = 'RH002', message = 'the tenant is moving or closed';
  elsif refusal operator(pg_catalog.=) 'RH003' then
    raise exception using errcode = 'RH003', message = 'the door is entered in READ COMMITTED only';
  end if;
  -- Alike for a tenant that is not here and for a false proof: a caller without a proof learns nothing.
  raise exception using errcode = 'RH001', message = 'not admitted';
end
$$;

-- The tenant of this transaction, or null when it has no valid seal. A policy asks once per table and statement.
--
-- The seal binds a tenant to the start of this transaction, in microseconds: what SQL can read of its own seal is worth
-- nothing in another transaction, and without the tenant's seal key none can be made. (The backend's number would add
-- nothing: whoever holds another tenant's seal of the same microsecond is inside that tenant's transaction.)
create function rowhouse.tenant_id() returns uuid
language plpgsql stable security definer parallel restricted
as $$
declare
  tenant uuid;
begin
  select r.tenant_id
  into tenant
  from rowhouse.residents r
  -- Once set, a setting is empty text and not null after its transaction. Any other text that is no uuid is an error.
  where r.tenant_id operator(pg_catalog.=) nullif(pg_catalog.current_setting('rowhouse.tenant', true), '')::uuid
    and pg_catalog.current_setting('rowhouse.seal', true) operator(pg_catalog.=)
      pg_catalog.sha256(r.seal_key operator(pg_catalog.||) pg_catalog.timestamptz_send(current_timestamp))::text;
  return tenant;
end
$$;

-- The same for tables of the schema tier, where each transaction has a path of its own: PostgreSQL plans a cached query
-- anew when the path has changed (50 µs), and pinning the path costs 7 µs.
create function rowhouse.pinned_tenant_id() returns uuid
language plpgsql stable security definer parallel restricted
set search_path = pg_catalog
as $$
begin
  return rowhouse.tenant_id();
end
$$;

-- Why the role that is logged in could escape the door: asked by every server at its start. A function because the
-- application cannot read the catalogs.
create function rowhouse.faults_of_session() returns setof text
language sql stable security definer
begin atomic
  with recursive memberships (oid, name, via) as (
    select r.oid, r.rolname, r.rolname::text from pg_roles r where r.rolname = session_user
    union
    select g.oid, g.rolname, m.via || ' -> ' || g.rolname
    from memberships m
    join pg_auth_members a on a.member = m.oid
    join pg_roles g on g.oid = a.roleid
  )
  select m.via || ' has ' || a.name
  from memberships m
  join pg_roles r on r.oid = m.oid
  cross join lateral (values
    (r.rolsuper, 'SUPERUSER'), (r.rolbypassrls, 'BYPASSRLS'), (r.rolcreaterole, 'CREATEROLE'),
    (r.rolcreatedb, 'CREATEDB'), (r.rolreplication, 'REPLICATION')
  ) as a (present, name)
  where a.present
  union all
  select m.via || ': it must be a member of no role' from memberships m where m.name <> session_user
  union all
  select m.via || ' owns ' || c.oid::regclass
  from memberships m join pg_class c on c.relowner = m.oid and c.relkind in ('r', 'p', 'v', 'm')
  where c.relnamespace <> 'pg_catalog'::regnamespace and c.relnamespace <> 'information_schema'::regnamespace
  union all
  -- Of a superuser this is true of everything, and has been said above.
  select m.via || ' may create in ' || a.place
  from memberships m
  join pg_roles r on r.oid = m.oid and not r.rolsuper
  cross join lateral (
    select 'schema ' || n.nspname from pg_namespace n where has_schema_privilege(m.oid, n.oid, 'create')
    union all
    select 'database ' || current_database() where has_database_privilege(m.oid, current_database(), 'create, temporary')
  ) as a (place);
end;

revoke all on all tables in schema rowhouse from public;
revoke all on all functions in schema rowhouse from public;
grant usage on schema rowhouse to {{application}};
grant execute on function rowhouse.enter(uuid, bytea), rowhouse.tenant_id(), rowhouse.pinned_tenant_id(),
  rowhouse.faults_of_session() to {{application}};
grant usage on schema rowhouse to {{relay}};
grant execute on function rowhouse.faults_of_session() to {{relay}};
