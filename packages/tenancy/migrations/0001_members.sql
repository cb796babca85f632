-- The people of a tenant. A platform table that lives in every house, so that modules may refer to it.
create table members (
  tenant_id  uuid not null default rowhouse.tenant_id(),
  id         uuid not null,
  email      text not null check (length(email) between 3 and 254 and email = lower(email)),
  name       text not null check (length(name) between 1 and 200),
  role       text not null check (role in ('owner', 'admin', 'member')),
  created_at timestamptz not null default now(),
  primary key (tenant_id, id),
  unique (tenant_id, email)
);
