-- Invitations to become a member of a tenant. The member's id is chosen when somebody is invited, so that accepting can be
-- begun again wherever it broke off: first the member in the tenant's house, then account, membership and session here.
create table invitations (
  tenant_id   uuid not null default rowhouse.tenant_id(),
  id          uuid not null,
  email       text not null check (length(email) between 3 and 254 and email = lower(email)),
  role        text not null check (role in ('owner', 'admin', 'member')),
  member_id   uuid not null,
  -- The member was there before, without an account: an operator made the tenant.
  has_member  boolean not null,
  -- SHA-256 of the token in the link. Sending again replaces it.
  token_hash  bytea not null check (length(token_hash) = 32),
  -- The member who invited; null for a program without one.
  invited_by  uuid,
  created_at  timestamptz not null default now(),
  expires_at  timestamptz not null default now() + interval '7 days',
  accepted_at timestamptz,
  revoked_at  timestamptz,
  primary key (tenant_id, id),
  unique (tenant_id, token_hash)
);

-- One open invitation for an address.
create unique index open_invitations on invitations (tenant_id, email) where accepted_at is null and revoked_at is null;
