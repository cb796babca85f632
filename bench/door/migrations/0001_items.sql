-- What the bench reads: a row of ordinary width, about 250 bytes with its index.
create table items (
  tenant_id uuid not null default rowhouse.tenant_id(),
  id        uuid not null,
  number    integer not null,
  title     text not null,
  body      text not null,
  primary key (tenant_id, id)
);
