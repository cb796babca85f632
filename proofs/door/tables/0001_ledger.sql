-- The tables under attack: a parent, children, unique keys, a search column, jsonb, arrays, bytes. Every row carries its
-- tenant's canary in `secret` and in one more column.
create table accounts (
  tenant_id  uuid not null default rowhouse.tenant_id(),
  id         uuid not null,
  email      text not null check (length(email) > 2),
  name       text not null,
  secret     text not null,
  balance    integer not null check (balance >= 0),
  tags       text[] not null,
  custom     jsonb not null,
  created_at timestamptz not null,
  search     tsvector generated always as (to_tsvector('simple', name || ' ' || secret)) stored,
  primary key (tenant_id, id),
  unique (tenant_id, email)
);
create index accounts_by_search on accounts using gin (search);
create index accounts_by_custom on accounts using gin (custom);
create index accounts_by_balance on accounts (tenant_id, balance);

create table notes (
  tenant_id  uuid not null default rowhouse.tenant_id(),
  id         uuid not null,
  account_id uuid not null,
  body       text not null,
  secret     text not null,
  amount     numeric(12, 2) not null,
  place      integer not null,
  primary key (tenant_id, id),
  unique (tenant_id, account_id, place),
  foreign key (tenant_id, account_id) references accounts (tenant_id, id) on delete cascade deferrable
);
create index notes_by_place on notes (tenant_id, place);

create table documents (
  tenant_id uuid not null default rowhouse.tenant_id(),
  id        uuid not null,
  slug      text not null,
  owner_id  uuid,
  doc       jsonb not null,
  secret    text not null,
  payload   bytea not null,
  day       date not null,
  primary key (tenant_id, id),
  unique (tenant_id, slug),
  foreign key (tenant_id, owner_id) references accounts (tenant_id, id) on delete set null (owner_id) deferrable
);
