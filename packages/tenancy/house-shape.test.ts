import { postgres18, server } from '@rowhouse/testing'
import type pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { connect, deploy, type Deployed } from './deployment.fixture.ts'
import { migrationFolder, soundTable } from './migrations.fixture.ts'
import { migrateHouse } from './migrations.ts'
import { type Target, urlOf } from './tenancy.ts'

const folder = migrationFolder('shapes')
let deployed: Deployed
let migrator: pg.Client
let target: Target

beforeAll(async () => {
  deployed = await deploy(await server(postgres18))
  target = { databaseName: deployed.names.sharedDatabase, schemaName: 'pooled', soleTenantId: null }
  migrator = await connect(urlOf(deployed.migratorUrl, target.databaseName))
})
afterAll(async () => {
  await migrator.end()
  folder.remove()
})

const parent = soundTable('parents', 'unique (tenant_id, id),')
const child = (foreignKey: string) =>
  parent + soundTable('children', `parent_id text, parent_tenant uuid, unique (tenant_id, parent_id), ${foreignKey},`)

const refused: readonly (readonly [what: string, sql: string, words: RegExp])[] = [
  ['without tenant_id', 'create table bad (id text primary key)', /bad has no column tenant_id/],
  [
    'whose tenant_id may be null',
    'create table bad (tenant_id uuid, id text not null, unique (tenant_id, id))',
    /bad\.tenant_id must be uuid not null.*bad has no primary key/,
  ],
  [
    'whose tenant_id is text',
    'create table bad (tenant_id text not null, id text not null, primary key (tenant_id, id))',
    /bad\.tenant_id must be uuid not null|operator does not exist: text = uuid/,
  ],
  ['without a primary key', 'create table bad (tenant_id uuid not null)', /bad has no primary key/],
  [
    'whose primary key does not begin with tenant_id',
    'create table bad (tenant_id uuid not null, id text not null, primary key (id, tenant_id))',
    /bad_pkey does not begin with tenant_id/,
  ],
  [
    'whose primary key lacks tenant_id',
    'create table bad (tenant_id uuid not null, id text primary key)',
    /bad_pkey does not begin with tenant_id/,
  ],
  ['with a unique key without tenant_id', soundTable('bad', 'email text unique,'), /bad_email_key does not begin/],
  [
    'with a unique index without tenant_id',
    `${soundTable('bad', 'email text,')} create unique index bad_email on bad (lower(email))`,
    /bad_email does not begin with tenant_id/,
  ],
  [
    'with an index that does not begin with tenant_id',
    `${soundTable('bad', 'email text,')} create index bad_email on bad (email)`,
    /bad_email does not begin with tenant_id/,
  ],
  [
    'with an exclusion constraint without tenant_id',
    soundTable('bad', `span int4range, exclude using gist (span with &&),`),
    /bad_span_excl does not begin with tenant_id/,
  ],
  [
    'with a foreign key without tenant_id',
    `create table parents (tenant_id uuid not null, id text not null unique, primary key (tenant_id, id));
     ${soundTable('bad', 'parent_id text references parents (id) deferrable,')}`,
    /parents_id_key does not begin.*foreign key bad_parent_id_fkey of bad does not begin with tenant_id on both sides/,
  ],
  [
    'with a foreign key whose tenant is another column',
    child('foreign key (parent_tenant, parent_id) references parents (tenant_id, id) deferrable'),
    /foreign key .* of children does not begin with tenant_id on both sides/,
  ],
  [
    'with a foreign key that is not deferrable',
    child('foreign key (tenant_id, parent_id) references parents (tenant_id, id)'),
    /foreign key .* of children is not deferrable/,
  ],
  ['with a serial column', soundTable('bad', 'number serial,'), /bad_number_seq is a sequence/],
  [
    'with an identity column',
    soundTable('bad', 'number bigint generated always as identity,'),
    /bad_number_seq is a sequence/,
  ],
  [
    'with a trigger',
    `${soundTable('bad')} create trigger wakes before update on bad
     for each row execute function suppress_redundant_updates_trigger()`,
    /trigger wakes on bad/,
  ],
  [
    'that inherits',
    `${soundTable('parents')} create table bad (primary key (tenant_id, id)) inherits (parents)`,
    /bad is an inheritance child/,
  ],
  [
    'that is a partition',
    `create table parents (tenant_id uuid not null, id text not null, primary key (tenant_id, id)) partition by hash (tenant_id);
     create table bad partition of parents for values with (modulus 1, remainder 0)`,
    /bad is an inheritance child/,
  ],
  [
    'with a policy of its own',
    `${soundTable('bad')} create policy open on bad using (true)`,
    /bad has 2 policies; it must have tenant_isolation alone/,
  ],
  ['that everybody may read', `${soundTable('bad')} grant select on bad to public`, /PUBLIC may SELECT on all of bad/],
  ['behind a view', `${soundTable('fine')} create view bad as select id from fine`, /bad is a view/],
  [
    'behind a materialized view',
    `${soundTable('fine')} create materialized view bad as select id from fine`,
    /bad is a materialized view/,
  ],
  ['beside a sequence', 'create sequence bad', /bad is a sequence/],
  ['beside a function', `create function bad() returns integer language sql return 1`, /function .*bad\(\)/],
]

test.each(refused)('a table %s is refused and nothing of it is kept', async (_, sql, words) => {
  folder.write({ '0001_first.sql': soundTable('first'), '0002_shape.sql': sql })
  await expect(migrateHouse(migrator, deployed.names, target, [folder.module])).rejects.toMatchObject({
    code: 'tenancy.migration_failed',
    operator: expect.stringMatching(words),
  })
  const kept = await deployed.admin<{ name: string }>(
    target.databaseName,
    `select relname as name from pg_class where relnamespace = 'pooled'::regnamespace and relkind <> 'i' union all
     select proname from pg_proc where pronamespace = 'pooled'::regnamespace union all
     select name from rowhouse.migrations where module = 'shapes' order by 1`,
  )
  expect(kept.map(({ name }) => name)).toEqual(['0001_first.sql', 'first', 'members', 'notes'])
})

test('the refusal names the house and the file', async () => {
  folder.write({ '0001_first.sql': soundTable('first'), '0002_shape.sql': refused[0]![1] })
  await expect(migrateHouse(migrator, deployed.names, target, [folder.module])).rejects.toThrow(
    `${target.databaseName}/pooled: shapes/0002_shape.sql: bad has no column tenant_id`,
  )
})

test('a sound table with every kind of key that is allowed is accepted', async () => {
  folder.write({
    '0001_first.sql': soundTable('first'),
    '0002_shape.sql': child('foreign key (tenant_id, parent_id) references parents (tenant_id, id) deferrable'),
  })
  expect(await migrateHouse(migrator, deployed.names, target, [folder.module])).toBe(1)
})
