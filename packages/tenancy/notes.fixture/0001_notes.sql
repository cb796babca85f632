create table notes (
  tenant_id uuid not null default rowhouse.tenant_id(),
  id        text not null,
  body      text not null default '',
  primary key (tenant_id, id)
);
