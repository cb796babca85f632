create table canaries (
  tenant_id uuid not null default rowhouse.tenant_id(),
  name      text not null,
  -- The tenant's own: nobody else's row has it.
  canary    text not null,
  body      text not null,
  amount    integer not null,
  primary key (tenant_id, name)
);
