-- People who sign in. An account is a person's and belongs to no tenant, so it stands behind no door: the application
-- reaches it, and which tenants it belongs to, only through the functions below, each of which answers one narrow question.
create table control.accounts (
  id            uuid primary key,
  email         text not null unique check (length(email) between 3 and 254 and email = lower(email)),
  name          text not null check (length(name) between 1 and 200),
  -- Argon2id, as a PHC string.
  password_hash text not null,
  created_at    timestamptz not null default now()
);

-- Which account is which member of which tenant. What the member may do there is said in the tenant's own house. The
-- column is not called tenant_id, because the table is the platform's own: sign-in asks it across tenants.
create table control.memberships (
  account_id uuid not null references control.accounts (id),
  tenant     uuid not null references control.tenants (id) on delete cascade,
  member_id  uuid not null,
  created_at timestamptz not null default now(),
  primary key (account_id, tenant),
  unique (tenant, member_id)
);

-- Somebody signed in: the family of refresh tokens that descend from one sign-in, of which one is live.
create table sessions (
  tenant_id   uuid not null default rowhouse.tenant_id(),
  id          uuid not null,
  account_id  uuid not null,
  -- Of the tenant's own house, so it cannot be a foreign key here.
  member_id   uuid not null,
  -- SHA-256 of the part that all tokens of the session share: who does not know it cannot end the session either.
  family_hash bytea not null check (length(family_hash) = 32),
  -- SHA-256 of the live token, and of the one that it followed.
  token_hash  bytea not null check (length(token_hash) = 32),
  parent_hash bytea check (length(parent_hash) = 32),
  rotated_at  timestamptz not null default now(),
  created_at  timestamptz not null default now(),
  revoked_at  timestamptz,
  primary key (tenant_id, id)
);

create index sessions_of_account on sessions (tenant_id, account_id);

-- An account that belongs to no tenant is what a sign-up left behind that failed. It holds nothing and is not found.
create function control.find_account(email text) returns table (id uuid, name text, password_hash text)
language sql stable security definer
begin atomic
  select a.id, a.name, a.password_hash
  from control.accounts a
  where a.email = find_account.email and exists (select from control.memberships m where m.account_id = a.id);
end;

-- The tenants that are open for this account. One that is still being provisioned does not exist yet.
create function control.tenants_of_account(account uuid)
returns table (id uuid, slug text, name text, member_id uuid)
language sql stable security definer
begin atomic
  select t.id, t.slug, t.name, m.member_id
  from control.memberships m join control.tenants t on t.id = m.tenant
  where m.account_id = account and t.state = 'active'
  order by t.slug;
end;

-- Makes an account and answers its id, in place of one that belongs at most to the tenant inside whose door this is called.
-- Null when the address has another.
create function control.create_account(id uuid, email text, name text, password_hash text) returns uuid
language sql volatile security definer
begin atomic
  -- Of two sign-ups at once the second must see the first one's membership: its insert takes a later snapshot than this.
  select pg_advisory_xact_lock(hashtextextended('rowhouse.account ' || create_account.email, 0));
  insert into control.accounts as a (id, email, name, password_hash)
  values (create_account.id, create_account.email, create_account.name, create_account.password_hash)
  on conflict (email) do update
    set name = excluded.name, password_hash = excluded.password_hash
    where not exists (
      select from control.memberships m where m.account_id = a.id and m.tenant is distinct from rowhouse.tenant_id()
    )
  returning a.id;
end;

-- Makes an account a member of the tenant inside whose door this is called, and of no other.
create function control.join_tenant(account uuid, member uuid) returns void
language sql volatile security definer
begin atomic
  insert into control.memberships (account_id, tenant, member_id) values (account, rowhouse.tenant_id(), member)
  on conflict do nothing;
end;

-- How the tenant inside whose door this is called is named.
create function control.this_tenant() returns table (id uuid, slug text, name text)
language sql stable security definer
begin atomic
  select t.id, t.slug, t.name from control.tenants t where t.id = rowhouse.tenant_id();
end;

-- The account of a member of the tenant inside whose door this is called.
create function control.account_of_member(member uuid) returns uuid
language sql stable security definer
begin atomic
  select m.account_id from control.memberships m where m.tenant = rowhouse.tenant_id() and m.member_id = member;
end;

revoke all on function control.find_account(text), control.tenants_of_account(uuid),
  control.create_account(uuid, text, text, text), control.join_tenant(uuid, uuid), control.account_of_member(uuid),
  control.this_tenant() from public;
grant execute on function control.find_account(text), control.tenants_of_account(uuid),
  control.create_account(uuid, text, text, text), control.join_tenant(uuid, uuid), control.account_of_member(uuid),
  control.this_tenant() to {{application}};
