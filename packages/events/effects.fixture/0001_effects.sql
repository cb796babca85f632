-- What subscribers of tests did: a row for each time that they did it.
create table effects (
  tenant_id uuid not null default rowhouse.tenant_id(),
  id        uuid not null,
  at        bigint not null,
  what      text not null,
  primary key (tenant_id, id)
);
