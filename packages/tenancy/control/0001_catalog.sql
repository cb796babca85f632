-- The catalog: which tenants there are and where each lives. The application reads it only through the functions below,
-- each of which returns one narrow row; the migrator, who builds houses, reads and writes it.

-- The databases of this deployment. Tenants of the shared and schema tiers are placed in the open shared one.
create table control.databases (
  name text primary key,
  kind text not null check (kind in ('shared', 'template', 'dedicated'))
);

create table control.tenants (
  id            uuid primary key,
  slug          text not null unique check (slug ~ '^[a-z][a-z0-9-]{0,38}[a-z0-9]$'),
  name          text not null check (length(name) between 1 and 200),
  tier          text not null check (tier in ('shared', 'schema', 'database')),
  -- A placement is three coordinates; the tier follows from them.
  cluster_name  text not null default 'main',
  database_name text not null,
  schema_name   text not null,
  epoch         bigint not null default 1,
  state         text not null default 'provisioning' check (state in ('provisioning', 'active')),
  created_at    timestamptz not null default now()
);

-- A tenant that is still being provisioned is not found: it does not exist yet for anybody outside.
create function control.find_placement(tenant uuid)
returns table (slug text, cluster_name text, database_name text, schema_name text, epoch bigint)
language sql stable security definer
begin atomic
  select t.slug, t.cluster_name, t.database_name, t.schema_name, t.epoch
  from control.tenants t
  where t.id = tenant and t.state = 'active';
end;

create function control.find_tenant_by_slug(slug text) returns uuid
language sql stable security definer
begin atomic
  select t.id from control.tenants t where t.slug = find_tenant_by_slug.slug and t.state = 'active';
end;

-- Where tenants live, for the relay, which asks each database who has events waiting.
create function control.list_databases() returns table (name text)
language sql stable security definer
begin atomic
  select d.name from control.databases d where d.kind <> 'template' order by d.name;
end;

revoke all on function control.list_databases() from public;
grant usage on schema control to {{relay}};
grant execute on function control.list_databases() to {{relay}};

revoke all on function control.find_placement(uuid), control.find_tenant_by_slug(text) from public;
grant usage on schema control to {{application}}, {{migrator}};
grant execute on function control.find_placement(uuid), control.find_tenant_by_slug(text) to {{application}};
grant select, insert, update, delete on control.databases, control.tenants to {{migrator}};
