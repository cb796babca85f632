-- What a node must know of the server behind a connection, and the door for sessions that a pooler lends to many.

-- Told to every new connection. The statement that asks has a name, which is given here as well: a pooler that knows named
-- statements holds them under names of its own, and one that does not lets the client's name pass, to a session that the
-- client's next statement may not find again.
create function rowhouse.greeting(name text) returns table (
  -- Another than the client was told at its start, when a pooler stands between.
  backend_pid integer,
  name_passed boolean,
  in_recovery boolean,
  -- Null in recovery. It grows with every promotion, so that a primary that was left behind is known by it.
  timeline    integer
)
language plpgsql volatile security definer parallel unsafe
set search_path = pg_catalog
as $$
begin
  backend_pid := pg_backend_pid();
  -- Of greetings alone: which other statements this session has run before is nobody's to know.
  name_passed := name ~ '^rh_greeting_' and exists (select from pg_prepared_statement() s where s.name = greeting.name);
  in_recovery := pg_is_in_recovery();
  if not in_recovery then
    timeline := (select p.timeline from rowhouse.position() p);
  end if;
  return next;
end
$$;

-- Where the primary's log stands: a standby that has come as far has replayed all that is committed now. It tells how
-- much everybody writes, so tenants' SQL must not reach it: the relay may call it, and the application with a proof.
create function rowhouse.position() returns table (timeline integer, lsn pg_lsn)
language sql volatile security definer parallel unsafe
set search_path = pg_catalog
as $$
  select ('x' || substr(pg_walfile_name(l.lsn), 1, 8))::bit(32)::integer, l.lsn
  from pg_current_wal_insert_lsn() as l (lsn)
$$;

-- With the proof that `enter` takes, for the end of the same transaction. Without one it answers no row.
create function rowhouse.position(tenant uuid, proof bytea) returns table (timeline integer, lsn pg_lsn)
language sql volatile security definer parallel unsafe
set search_path = pg_catalog
as $$
  select p.timeline, p.lsn
  from rowhouse.residents r
  cross join lateral rowhouse.position() p
  where r.tenant_id = tenant
    and proof > timestamptz_send(current_timestamp)
    and substr(proof, 9) = sha256(r.proof_key || substr(proof, 1, 8))
$$;

-- Goes before `enter` into a session that others have used before: whatever they have set is as it was when the session
-- was made. A function, because a pooler that sees a RESET may keep its session for this one client (RDS Proxy does); and
-- with its caller's rights and without a path of its own, whose end would put the caller's back.
create function rowhouse.reset_session() returns void
language plpgsql volatile parallel unsafe
as $$
begin
  reset all;
end
$$;

-- Goes with `enter` into such a session: what others may have prepared is looked for here. A pooler that knows named statements holds them under
-- names that can be guessed (PGBOUNCER_1 …), and SQL can deallocate one of those and prepare another in its place: so a
-- session in which SQL has prepared anything is not used. (15 to 25 µs with up to 60 statements, PostgreSQL 18.)
--   RH006  it is such a session
create function rowhouse.expect_nothing_prepared() returns void
language plpgsql volatile security definer parallel unsafe
set search_path = pg_catalog
as $$
begin
  if exists (select from pg_prepared_statement() s where s.from_sql) then
    raise exception using errcode = 'RH006', message = 'SQL has prepared statements in this session';
  end if;
end
$$;

revoke all on function rowhouse.greeting(text), rowhouse.position(), rowhouse.position(uuid, bytea),
  rowhouse.reset_session(), rowhouse.expect_nothing_prepared() from public;
grant execute on function rowhouse.greeting(text), rowhouse.position(uuid, bytea), rowhouse.reset_session(),
  rowhouse.expect_nothing_prepared() to {{application}};
grant execute on function rowhouse.greeting(text), rowhouse.position(), rowhouse.reset_session() to {{relay}};
