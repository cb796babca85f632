-- What the proof's clients wrote, and what came of the events about it.

-- The last position of each stream: its lock is held to the end of the transaction, so entries are in the order of commits.
create table journal_streams (
  tenant_id uuid not null default rowhouse.tenant_id(),
  name      text not null,
  last      integer not null,
  primary key (tenant_id, name)
);

create table journal_entries (
  tenant_id uuid not null default rowhouse.tenant_id(),
  id        uuid not null,
  token     text not null,
  stream    text not null,
  position  integer not null,
  primary key (tenant_id, id)
);

-- Nothing here is unique but the id: an event that has its effect twice must be able to show.
create table journal_effects (
  tenant_id uuid not null default rowhouse.tenant_id(),
  id        uuid not null,
  -- 'written' of a stream, 'opened' and 'solved' of a ticket.
  event     text not null,
  about     text not null,
  -- In the stream; of a ticket its number.
  position  integer not null,
  -- Not now(), which is when the transaction began.
  at        timestamptz not null default clock_timestamp(),
  primary key (tenant_id, id)
);
