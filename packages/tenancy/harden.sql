-- Closes what PostgreSQL leaves open to every role in a new database, so that hostile SQL inside one tenant's transaction
-- finds no side door. Needs a superuser; where there is none, `rowhouse doctor` lists what stays open. Run by the
-- installer in each database it makes; a dedicated database inherits it from the template.

revoke all on schema public from public;
revoke usage on language plpgsql, sql from public;
grant usage on language plpgsql, sql to {{owner}};

do $$
declare
  thing record;
  -- What ordinary statements call although PostgreSQL marks it volatile.
  harmless constant text[] := array[
    'random', 'random_normal', 'clock_timestamp', 'timeofday', 'gen_random_uuid', 'uuidv4', 'uuidv7',
    'pg_backend_pid', 'pg_typeof', 'pg_column_size', 'pg_input_is_valid', 'pg_input_error_info', 'pg_timezone_names'
  ];
begin
  -- Functions that act on the server or on other sessions (locks, notifications, large objects, settings, signals), that
  -- run SQL given as text, or that tell how much data or activity others have: in PostgreSQL's own naming, all that is
  -- volatile, all that is called pg_*, and a few more.
  for thing in
    select p.oid::regprocedure as name
    from pg_proc p
    where p.pronamespace = 'pg_catalog'::regnamespace
      and p.prorettype not in ('trigger'::regtype, 'event_trigger'::regtype, 'internal'::regtype)
      and has_function_privilege('public', p.oid, 'execute')
      and not p.proname = any (harmless)
      and (
        p.provolatile = 'v'
        or p.provolatile = 's' and p.proname ~ '^(pg_|txid_|lo_|ts_stat|ts_rewrite|age$|mxid_age$|format_type|(col|obj|shobj)_description)'
        or p.provolatile = 's' and p.proname ~ '_to_xml'
      )
  loop
    execute format('revoke execute on function %s from public', thing.name);
    execute format('grant execute on function %s to {{owner}}, {{migrator}}', thing.name);
  end loop;

  -- The catalogs: sizes and statistics, other houses' names, and the check constraints that name their tenants.
  for thing in
    select c.oid::regclass as name
    from pg_class c
    where c.relnamespace in ('pg_catalog'::regnamespace, 'information_schema'::regnamespace)
      and c.relkind in ('r', 'v')
      and exists (select from aclexplode(c.relacl) x where x.grantee = 0 and x.privilege_type = 'SELECT')
  loop
    execute format('revoke all on %s from public', thing.name);
    execute format('grant select on %s to {{owner}}, {{migrator}}', thing.name);
  end loop;
end
$$;
