-- API keys, behind the same door as everything of a tenant. A key names its tenant, so no look-up crosses tenants.
create table api_keys (
  tenant_id   uuid not null default rowhouse.tenant_id(),
  id          uuid not null,
  name        text not null check (length(name) between 1 and 200),
  -- SHA-256 of the key, which is shown once and kept nowhere. A key has 256 random bits, so nothing slower is needed.
  hash        bytea not null check (length(hash) = 32),
  -- Permission names; '*' stands for all of them, also those of modules still to come.
  permissions text[] not null,
  -- The member for whom the key acts; of the tenant's own house, so it cannot be a foreign key here.
  member_id   uuid,
  created_at  timestamptz not null default now(),
  revoked_at  timestamptz,
  primary key (tenant_id, id),
  unique (tenant_id, hash)
);
