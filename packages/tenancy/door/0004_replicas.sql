-- The door of a hot standby, and what a node must know of one.

-- Lets the current transaction in as one tenant on a server in recovery, or raises:
--   RH001  not admitted, as in `enter`; or the tenant's residence has not come as far as this server
--   RH002  the tenant is moving or closed
--   RH003  the transaction is not READ COMMITTED: its statements would be of a snapshot taken before this look at the log
--   RH004  what was committed before `after` has not been replayed
--   RH005  the server is not in recovery
--
-- Locks are each server's own: here a mover is seen in the residence alone, once that has been replayed. So the old copy
-- of a tenant that has moved must be kept until every standby has replayed its new epoch.
create function rowhouse.enter_standby(tenant uuid, proof bytea, after pg_lsn) returns void
language plpgsql volatile parallel unsafe
as $$
declare
  refusal text;
  seal text;
begin
  -- As in `enter`: one statement looks up, judges and seals, and every name is qualified.
  select
    case
      when proof operator(pg_catalog.<=) pg_catalog.timestamptz_send(current_timestamp) then 'RH001'
      when r.state operator(pg_catalog.<>) 'open' then 'RH002'
      when pg_catalog.current_setting('transaction_isolation') operator(pg_catalog.<>) 'read committed' then 'RH003'
      when not pg_catalog.pg_is_in_recovery() then 'RH005'
      when pg_catalog.pg_last_wal_replay_lsn() operator(pg_catalog.>=) after then
        case
          when pg_catalog.set_config('rowhouse.tenant', tenant::text, true) is null then 'RH001'
          when r.schema_name operator(pg_catalog.<>) 'pooled'
            and pg_catalog.set_config('search_path', r.schema_name, true) is null then 'RH001'
        end
      else 'RH004'
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
  end if;
  raise exception using errcode = coalesce(refusal, 'RH001'), message = 'this standby does not let the tenant in';
end
$$;

-- The same for the application, which may not call the other. It leaves the tenant's search path behind and so has none
-- of its own; what it calls was looked up when it was made.
create function rowhouse.enter_replica(tenant uuid, proof bytea, after pg_lsn) returns void
language sql volatile security definer parallel unsafe
begin atomic
  select rowhouse.enter_standby(tenant, proof, after);
end;

-- The timeline of what a standby has replayed, null on any other server. Never ahead of the truth: it is as old as the
-- last restart point, or the last page that was written down.
create function rowhouse.replayed_timeline() returns integer
language plpgsql volatile security definer parallel unsafe
set search_path = pg_catalog
as $$
begin
  if pg_is_in_recovery() then
    return (
      select greatest(c.timeline_id, r.min_recovery_end_timeline) from pg_control_checkpoint() c, pg_control_recovery() r
    );
  end if;
  return null;
end
$$;

-- How far a standby is, for the relay. It tells how much everybody writes, as `position` does.
create function rowhouse.replayed() returns table (timeline integer, lsn pg_lsn)
language sql volatile security definer parallel unsafe
set search_path = pg_catalog
as $$
  select t.timeline, case when t.timeline is not null then pg_last_wal_replay_lsn() end
  from rowhouse.replayed_timeline() as t (timeline)
$$;

-- Where a standby must be to show all that a statement before this one has seen; null without a tenant's proof.
--
-- A commit is seen a moment before its record counts as replayed. When nothing more has been received there was no such
-- moment; otherwise whoever has come past this place, by a byte, has replayed the next record as well, and that is the
-- only one that may have been under way.
create function rowhouse.seen(tenant uuid, proof bytea) returns pg_lsn
language plpgsql volatile security definer parallel unsafe
set search_path = pg_catalog
as $$
declare
  replayed pg_lsn := pg_last_wal_replay_lsn();
begin
  if not exists (
    select from rowhouse.residents r
    where r.tenant_id = tenant
      and proof > timestamptz_send(current_timestamp)
      and substr(proof, 9) = sha256(r.proof_key || substr(proof, 1, 8))
  ) then
    return null;
  elsif pg_last_wal_receive_lsn() = replayed then
    return replayed;
  end if;
  return replayed + 1;
end
$$;

revoke all on function rowhouse.enter_standby(uuid, bytea, pg_lsn), rowhouse.enter_replica(uuid, bytea, pg_lsn),
  rowhouse.replayed_timeline(), rowhouse.replayed(), rowhouse.seen(uuid, bytea) from public;
grant execute on function rowhouse.enter_replica(uuid, bytea, pg_lsn), rowhouse.replayed_timeline(),
  rowhouse.seen(uuid, bytea) to {{application}};
grant execute on function rowhouse.replayed() to {{relay}};
