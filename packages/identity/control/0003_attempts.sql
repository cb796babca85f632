-- Attempts to sign in, counted in windows of 15 minutes. A key is a keyed hash, of an e-mail address, of a network address
-- or of the two together, so that this table tells nobody who tried what from where.
create table control.attempts (
  key           bytea primary key check (length(key) = 32),
  count         integer not null,
  window_ends   timestamptz not null,
  -- Of the two together: somebody signed in so, and strangers' attempts elsewhere do not lock them out until then.
  trusted_until timestamptz
);

create index attempts_window_ends on control.attempts (window_ends);

-- Counts an attempt before anything is tried, so that attempts made at once are all counted. Answers 0, or for how many
-- seconds no more are admitted. The first key is the one that may be trusted: then its own limit is the only one. Keys are
-- taken in their order, so that two attempts never wait for each other.
create function control.count_attempt(keys bytea[], limits integer[]) returns integer
language sql volatile security definer
begin atomic
  with asked as (
    select k.key, k.most, k.at from unnest(keys, limits) with ordinality as k (key, most, at)
  ), counted as (
    insert into control.attempts as a (key, count, window_ends)
    select k.key, 1, now() + interval '15 minutes' from asked k order by k.key
    on conflict (key) do update set
      count = case when a.window_ends > now() then a.count + 1 else 1 end,
      window_ends = case when a.window_ends > now() then a.window_ends else now() + interval '15 minutes' end
    returning a.key, a.count, a.window_ends, a.trusted_until
  ), swept as (
    -- Faster than it grows.
    delete from control.attempts a
    where a.key in (
      select old.key from control.attempts old
      where old.window_ends < now() - interval '1 hour' and (old.trusted_until is null or old.trusted_until < now())
      order by old.window_ends limit 6
      for update skip locked
    )
  )
  select coalesce(max(ceil(extract(epoch from c.window_ends - now()))), 0)::integer
  from counted c join asked k on k.key = c.key
  where c.count > k.most
    and (k.at = 1 or not exists (select from counted f where f.key = keys[1] and f.trusted_until > now()));
end;

-- The attempt succeeded: it no longer counts, and the first key is trusted for 90 days.
create function control.attempt_succeeded(keys bytea[]) returns void
language sql volatile security definer
begin atomic
  with locked as (
    select a.key from control.attempts a where a.key = any (keys) order by a.key for update
  )
  update control.attempts a set
    count = case when a.key = keys[1] then 0 else greatest(a.count - 1, 0) end,
    trusted_until = case when a.key = keys[1] then now() + interval '90 days' end
  from locked where a.key = locked.key;
end;

revoke all on function control.count_attempt(bytea[], integer[]), control.attempt_succeeded(bytea[]) from public;
grant execute on function control.count_attempt(bytea[], integer[]), control.attempt_succeeded(bytea[]) to {{application}};
