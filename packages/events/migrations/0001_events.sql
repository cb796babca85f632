-- Events, once for each database: written in the transaction that they tell of, handled in the one that they cause.
--
--   outbox         what was emitted and is not yet handed on
--   deliveries     what a subscriber has still to handle, in the order of its key
--   delivery_keys  a row for each subscriber and key with deliveries: their lock, and what became of the first of them
--   inbox          what a subscriber has handled: never twice
--
-- An ordering key is, as a rule, the id of the thing that the event is about.

create table outbox (
  tenant_id    uuid not null default rowhouse.tenant_id(),
  -- A hybrid logical clock (Kulkarni and others, 2014): microseconds since 1970, but more than any event of the key has
  -- that was visible to the emitting statement. So an event whose transaction began after another's commit comes later,
  -- whatever the clocks do; and unlike a sequence of the database it does not tell how much other tenants emit.
  sequence     bigint not null,
  id           uuid not null,
  key          text not null check (octet_length(key) between 1 and 500),
  name         text not null check (octet_length(name) between 1 and 200),
  version      integer not null check (version > 0),
  -- JSON. Text, because PostgreSQL refuses what JSON allows (the character NUL), and nobody here looks inside.
  payload      text not null check (octet_length(payload) <= 262144),
  -- The emitter's trace (W3C Trace Context), if there was one.
  trace_parent text check (octet_length(trace_parent) <= 100),
  primary key (tenant_id, sequence, id)
);

create index outbox_of_key on outbox (tenant_id, key, sequence);

create table delivery_keys (
  tenant_id  uuid not null default rowhouse.tenant_id(),
  subscriber text not null check (octet_length(subscriber) between 1 and 200),
  key        text not null,
  -- Not before this time; later than now after a failure.
  due_at     timestamptz not null default now(),
  -- Of the first delivery, those that failed.
  attempts   integer not null default 0,
  last_error text check (length(last_error) <= 1000),
  -- Since when an operator is awaited: nothing of this key is handled.
  parked_at  timestamptz,
  primary key (tenant_id, subscriber, key)
);

create index delivery_keys_due on delivery_keys (tenant_id, due_at) where parked_at is null;
create index delivery_keys_parked on delivery_keys (tenant_id, subscriber, key) where parked_at is not null;

create table deliveries (
  tenant_id    uuid not null default rowhouse.tenant_id(),
  subscriber   text not null,
  key          text not null,
  sequence     bigint not null,
  event_id     uuid not null,
  name         text not null,
  version      integer not null,
  payload      text not null,
  trace_parent text,
  primary key (tenant_id, subscriber, key, sequence, event_id),
  -- What waits has its key: whoever takes a key away because nothing waits collides with whoever adds something.
  constraint deliveries_key foreign key (tenant_id, subscriber, key)
    references delivery_keys (tenant_id, subscriber, key) deferrable initially immediate
);

create index deliveries_of_key on deliveries (tenant_id, key, sequence);

create table inbox (
  tenant_id  uuid not null default rowhouse.tenant_id(),
  subscriber text not null,
  -- UUIDv7: in the order of time, so that the oldest are found and removed by it.
  event_id   uuid not null,
  primary key (tenant_id, subscriber, event_id)
);

-- Rows come and go: they are swept up after a thousand, not after a fifth of the table.
alter table outbox set (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);
alter table delivery_keys set (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);
alter table deliveries set (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);

-- Who has events waiting, and since when; not what, of what, or how it went. Doors elsewhere accept exactly this.
create policy relay_survey on outbox for select to {{relay}} using (true);
create policy relay_survey on delivery_keys for select to {{relay}} using (true);
grant select (tenant_id, sequence) on outbox to {{relay}};
grant select (tenant_id, due_at, parked_at) on delivery_keys to {{relay}};
