-- The requests that had their effect, and what they were answered, for those that come again. A row is written in the
-- transaction of the effect: until it commits, its key is the claim that keeps a second request waiting.
create table idempotency_keys (
  tenant_id    uuid not null default rowhouse.tenant_id(),
  -- SHA-256 of the actor and the key.
  key_hash     bytea not null check (length(key_hash) = 32),
  -- SHA-256 of all that was asked.
  request_hash bytea not null check (length(request_hash) = 32),
  -- Status, headers and body. An answer that holds a secret is sealed, and forgotten before the request is.
  answer       bytea,
  -- Until when the answer is kept, if it holds a secret.
  secret_until timestamptz,
  -- Until when the request is known.
  expires_at   timestamptz not null,
  primary key (tenant_id, key_hash)
);

-- For those who clear away.
create index idempotency_keys_expiry on idempotency_keys (tenant_id, expires_at);
create index idempotency_keys_secrets on idempotency_keys (tenant_id, secret_until) where answer is not null and secret_until is not null;
