/** Policies, keys and references as a careless hand would leave them, in the shared tables. */
import { deployment } from '@rowhouse/tenancy'
import type { Platform } from '../platform.ts'
import type { Mutant } from './mutants.ts'

const { sharedDatabase, controlDatabase } = deployment('rowhouse', 'rowhouse')

/** Nobody mends it: each break has a copy of its own. What is there already may break the rule; it is for what comes. */
const statements = (databaseName: string, broken: string) => async (platform: Platform) => {
  const admin = await platform.admin(databaseName)
  await admin.query(broken.replaceAll('{now}', new Date().toISOString()))
  await admin.end()
}

const openPolicy = (table: string) =>
  `drop policy tenant_isolation on ${table}; create policy tenant_isolation on ${table} using (true) with check (true)`

export const sqlMutants: readonly Mutant[] = [
  {
    name: 'a policy is dropped',
    shows: ['refused', 'failed'],
    probes: [],
    sql: statements(sharedDatabase, 'drop policy tenant_isolation on pooled.customers'),
  },
  {
    name: 'a policy is always true',
    shows: ['seen'],
    probes: ['swaps'],
    sql: statements(sharedDatabase, openPolicy('pooled.comments')),
  },
  {
    name: 'row security is disabled',
    shows: ['told'],
    probes: ['swaps'],
    sql: statements(sharedDatabase, 'alter table pooled.tickets disable row level security'),
  },
  {
    name: 'people of all tenants are one list',
    shows: ['seen'],
    probes: [],
    sql: statements(sharedDatabase, openPolicy('pooled.members')),
  },
  {
    name: 'the API keys of all tenants are one list',
    shows: ['seen'],
    probes: [],
    sql: statements(controlDatabase, openPolicy('control.api_keys')),
  },
  {
    name: 'an address is unique across tenants',
    shows: ['refused'],
    probes: ['addresses'],
    sql: statements(
      sharedDatabase,
      `create unique index broken on pooled.customers (email) where created_at > '{now}'`,
    ),
  },
  {
    name: 'a message is unique across tenants',
    shows: ['refused', 'failed'],
    probes: ['mail'],
    sql: statements(
      sharedDatabase,
      `create unique index broken on pooled.comments (message_id) where created_at > '{now}'`,
    ),
  },
  {
    name: 'a reference does not name its tenant',
    shows: ['told'],
    probes: ['swaps'],
    sql: statements(
      sharedDatabase,
      `alter table pooled.tickets drop constraint tickets_customer;
       alter table pooled.customers add constraint broken unique (id);
       alter table pooled.tickets add constraint tickets_customer foreign key (customer_id) references pooled.customers (id)`,
    ),
  },
]
