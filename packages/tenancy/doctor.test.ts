import { postgres15, postgres18, servers } from '@rowhouse/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { deploy, type Deployed, tiers } from './deployment.fixture.ts'
import { migrationFolder, soundTable } from './migrations.fixture.ts'
import { findFaults, memberMigrations, type Tenant, type Tier } from './tenancy.ts'

/**
 * What somebody does as a superuser and how the doctor tells it. `H.T` is a sound table of the house, `A` the application,
 * `F` the door's function.
 */
const faults: readonly (readonly [plant: string, words: string])[] = [
  ['alter table H.T disable row level security', 'T has no row security'],
  ['alter table H.T no force row level security', 'T does not force row security on its owner'],
  ['drop policy tenant_isolation on H.T', 'T has 0 policies; it must have tenant_isolation alone'],
  [
    'create policy open on H.T using (tenant_id = (select F)) with check (tenant_id = (select F))',
    'T has 2 policies; it must have tenant_isolation alone',
  ],
  ['alter policy tenant_isolation on H.T to A', "T: its policy is not the door's"],
  ['alter policy tenant_isolation on H.T with check (true)', "T: its policy is not the door's"],
  ['alter policy tenant_isolation on H.T using (tenant_id is not null)', "T: its policy is not the door's"],
  ['grant select on H.T to A', 'A may SELECT on all of T: privileges are given by column, and only to the application'],
  [
    'grant truncate on H.T to public',
    'PUBLIC may TRUNCATE on all of T: privileges are given by column, and only to the application',
  ],
  ['grant references (id) on H.T to A', 'A may REFERENCES column id of T'],
  ['grant select (ctid) on H.T to A', 'A may SELECT column ctid of T'],
  ['create view H.peep as select * from H.T', 'peep is a view: tenant schemas hold tables and their indexes only'],
  ['create unique index one_for_all on H.T (id)', 'one_for_all does not begin with tenant_id'],
  [
    'alter table H.T add foreign key (tenant_id, id) references H.members (tenant_id, email)',
    'foreign key T_tenant_id_id_fkey of T is not deferrable: a move could not copy its table',
  ],
  [
    'create trigger wakes before update on H.T for each row execute function suppress_redundant_updates_trigger()',
    'trigger wakes on T: tenant tables have none, or they could not be moved',
  ],
]
const tableOf = (at: number) => `table_${at}`

for (const { title, url } of await servers(postgres18, postgres15)) {
  describe(title, () => {
    const folder = migrationFolder('tables')
    let deployed: Deployed
    const tenants = new Map<Tier, Tenant>()
    beforeAll(async () => {
      folder.write({ '0001_tables.sql': faults.map((_, at) => soundTable(tableOf(at))).join('') })
      deployed = await deploy(url, { houses: [memberMigrations, folder.module] })
      for (const tier of tiers) tenants.set(tier, await deployed.tenant(`t-${tier}`, tier))
    })
    afterAll(() => folder.remove())

    test('a sound deployment has no fault', async () => {
      expect(await findFaults(deployed)).toEqual([])
    })

    test('a house of one tenant without the check that it is alone is named', async () => {
      const alone = (['schema', 'database'] as const).map((tier) => {
        const { id, placement } = tenants.get(tier)!
        const { databaseName, schemaName } = placement
        const alter = (change: string) => deployed.admin(databaseName, `alter table ${schemaName}.members ${change}`)
        const words = `${databaseName}/${schemaName}: members has no check that its one tenant is alone`
        return { id, alter, words }
      })
      const all = alone.map(({ words }) => words)
      for (const { alter } of alone) await alter('drop constraint sole_tenant')
      expect((await findFaults(deployed)).toSorted()).toEqual(all.toSorted())
      for (const { alter } of alone) await alter('add constraint sole_tenant check (tenant_id is not null)')
      expect((await findFaults(deployed)).toSorted()).toEqual(all.toSorted())
      for (const { alter, id } of alone)
        await alter(`drop constraint sole_tenant, add constraint sole_tenant check (tenant_id = '${id}'::uuid)`)
      expect(await findFaults(deployed)).toEqual([])
    })

    test('side doors and a role that is too strong are named with their database', async () => {
      const { names } = deployed
      const open = 'grant execute on function pg_notify(text, text) to public'
      await deployed.admin(names.sharedDatabase, open)
      expect(await findFaults(deployed)).toEqual([
        `${names.sharedDatabase}: the application may call pg_notify(text, text); a superuser can revoke it (harden.sql)`,
      ])
      await deployed.admin(names.sharedDatabase, open.replace('grant', 'revoke').replace(' to ', ' from '))
      await deployed.admin('postgres', `alter role ${names.application} bypassrls`)
      const strong = await findFaults(deployed)
      expect(strong).toHaveLength(3)
      for (const fault of strong) expect(fault).toMatch(/: The server logs in as a role that could .* has BYPASSRLS/)
      await deployed.admin('postgres', `alter role ${names.application} nobypassrls`)
    })

    test('what the application can reach beside its houses is named with its database', async () => {
      const { sharedDatabase, application } = deployed.names
      await deployed.admin(
        sharedDatabase,
        `create schema side; grant usage on schema side to ${application};
         create table side.open (id integer); grant select on side.open to ${application};
         create function side.rises() returns integer language plpgsql security definer as 'begin return 1; end';
         grant create on schema pooled to ${application}`,
      )
      const found = (await findFaults(deployed)).join('\n')
      expect(found).toContain(`${sharedDatabase}/pooled: side.open is open to the application and stands in no house`)
      expect(found).toContain(`function side.rises() runs as its owner in its caller's search path`)
      expect(found).toContain(`${sharedDatabase}/pooled: ${application} may create in schema pooled`)
      expect(found).toContain(`${sharedDatabase}: The server logs in as a role that could escape`)
      await deployed.admin(
        sharedDatabase,
        `drop schema side cascade; revoke create on schema pooled from ${application}`,
      )
      expect(await findFaults(deployed)).toEqual([])
    })

    test('another login than the deployment’s is named', async () => {
      const [first, ...rest] = await findFaults({ ...deployed, applicationUrl: deployed.migratorUrl })
      const { migrator, application } = deployed.names
      expect(first).toBe(`DATABASE_URL logs in as ${migrator}; this deployment’s role is ${application}`)
      expect(rest.length).toBeGreaterThan(0)
    })

    test('every fault planted in a house of any tier is named with its house', async () => {
      const expected: string[] = []
      for (const { tier, placement } of tenants.values()) {
        const { databaseName, schemaName } = placement
        const fill = (text: string, table: string) =>
          text
            .replaceAll(/\bH\b/g, schemaName)
            .replaceAll(/\bT(?![a-zA-Z])/g, table)
            .replaceAll(/\bA\b/g, deployed.names.application)
            .replaceAll(/\bF\b/g, `rowhouse.${tier === 'schema' ? 'pinned_' : ''}tenant_id()`)
        const plants = faults.map(([plant], at) => fill(plant, tableOf(at)))
        await deployed.admin(databaseName, plants.join(';'))
        expected.push(...faults.map(([, words], at) => `${databaseName}/${schemaName}: ${fill(words, tableOf(at))}`))
      }
      const found = await findFaults(deployed)
      const unqualified = found.map((fault) => fault.replace(/: \w+\.(?=one_for_all)/, ': '))
      expect(unqualified.toSorted()).toEqual(expected.toSorted())
    })
  })
}
