-- What the proof's clients wrote, and what came of the events about it.

create table journal_entries (
  tenant_id uuid not null default rowhouse.tenant_id(),
  id        uuid not null,
  stream    text not null,
  position  integer not null,
  primary key (tenant_id, id)
);

-- Nothing here is unique but the id: an event that has its effect twice must be able to show.
create table journal_effects (
  tenant_id uuid not null default rowhouse.tenant_id(),
  id        uuid not null,
  -- What happened, to whom: 'written' with its stream, 'opened' and 'solved' with the ticket's id.
  event     text not null,
  stream    text not null,
  position  integer not null,
  -- Not now(), which is when the transaction began.
  at        timestamptz not null default clock_timestamp(),
  primary key (tenant_id, id)
);
