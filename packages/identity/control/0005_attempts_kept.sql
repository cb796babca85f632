-- A row may go an hour after its window and its trust have ended. By that the sweep goes, so that the trusted rows, of which
-- there are as many as there are people, cost an attempt nothing.
create index attempts_last_needed on control.attempts (greatest(window_ends, trusted_until));
drop index control.attempts_window_ends;

-- As before, with a window of any length: letters are counted by the day. Counts an attempt before anything is tried, so
-- that attempts made at once are all counted. Answers 0, or for how many seconds no more are admitted. The first key is the
-- one that may be trusted: then its own limit is the only one. Keys are taken in their order, so that two attempts never
-- wait for each other.
drop function control.count_attempt(bytea[], integer[]);
create function control.count_attempt(keys bytea[], limits integer[], lasting interval default '15 minutes')
returns integer
language sql volatile security definer
begin atomic
  with asked as (
    select k.key, k.most, k.at from unnest(keys, limits) with ordinality as k (key, most, at)
  ), counted as (
    insert into control.attempts as a (key, count, window_ends)
    select k.key, 1, now() + lasting from asked k order by k.key
    on conflict (key) do update set
      count = case when a.window_ends > now() then a.count + 1 else 1 end,
      window_ends = case when a.window_ends > now() then a.window_ends else now() + lasting end
    returning a.key, a.count, a.window_ends, a.trusted_until
  ), swept as (
    -- Faster than it grows.
    delete from control.attempts a
    where a.key in (
      select old.key from control.attempts old
      where greatest(old.window_ends, old.trusted_until) < now() - interval '1 hour'
      order by greatest(old.window_ends, old.trusted_until) limit 6
      for update skip locked
    )
  )
  select coalesce(max(ceil(extract(epoch from c.window_ends - now()))), 0)::integer
  from counted c join asked k on k.key = c.key
  where c.count > k.most
    and (k.at = 1 or not exists (select from counted f where f.key = keys[1] and f.trusted_until > now()));
end;

-- Somebody came in with this key without having signed in: it is trusted for 90 days, as after a sign-in.
create function control.trust(key bytea) returns void
language sql volatile security definer
begin atomic
  insert into control.attempts as a (key, count, window_ends, trusted_until)
  values (trust.key, 0, now(), now() + interval '90 days')
  on conflict (key) do update set trusted_until = excluded.trusted_until;
end;

revoke all on function control.count_attempt(bytea[], integer[], interval), control.trust(bytea) from public;
grant execute on function control.count_attempt(bytea[], integer[], interval), control.trust(bytea) to {{application}};
