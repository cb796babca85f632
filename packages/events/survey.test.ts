/** The relay's role sees which tenants have events waiting and since when, and nothing else of anybody. */
import { postgres15, postgres18, servers } from '@rowhouse/testing'
import { findFaults, urlOf } from '@rowhouse/tenancy'
import type pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { connect } from '../tenancy/deployment.fixture.ts'
import { happened, openSite, recorder, type Site } from './events.fixture.ts'

/** What the relay has no right to, even when it has made its sessions writable. */
const refused: readonly (readonly [what: string, sql: string])[] = [
  ['read payloads', 'select payload from rowhouse.outbox'],
  ['read keys of the outbox', 'select key from rowhouse.outbox'],
  ['read names of events', 'select name from rowhouse.outbox'],
  ['read the outbox as a whole', 'select * from rowhouse.outbox'],
  ['see how the rows lie', 'select ctid from rowhouse.outbox'],
  ['read subscribers and keys', 'select subscriber, key from rowhouse.delivery_keys'],
  ['read errors', 'select last_error from rowhouse.delivery_keys'],
  ['read deliveries', 'select event_id from rowhouse.deliveries'],
  ['read the inbox', 'select event_id from rowhouse.inbox'],
  ['read who lives here', 'select tenant_id from rowhouse.residents'],
  ['read a table of tenants', 'select what from pooled.effects'],
  ['enter', `select rowhouse.enter(gen_random_uuid(), '')`],
  ['delete', 'delete from rowhouse.outbox'],
  ['write', 'update rowhouse.delivery_keys set due_at = now()'],
  ['lock', 'select tenant_id from rowhouse.outbox for update'],
  ['become the application', 'set role APPLICATION'],
  ['make a table', 'create table public.own ()'],
]

/** Ways in which a careless hand would let the relay see more, and how each is told. */
const wider: readonly (readonly [plant: string, mend: string, fault: RegExp])[] = [
  [
    'grant select (payload) on rowhouse.outbox to RELAY',
    'revoke select (payload) on rowhouse.outbox from RELAY',
    /RELAY may SELECT column payload of outbox/,
  ],
  [
    'grant select on rowhouse.outbox to RELAY',
    'revoke select on rowhouse.outbox from RELAY; grant select (tenant_id, sequence) on rowhouse.outbox to RELAY',
    /RELAY may SELECT on all of outbox/,
  ],
  [
    'grant update (due_at) on rowhouse.delivery_keys to RELAY',
    'revoke update (due_at) on rowhouse.delivery_keys from RELAY',
    /RELAY may UPDATE column due_at of delivery_keys.*delivery_keys is open to the relay/s,
  ],
  [
    'grant select (due_at) on rowhouse.delivery_keys to RELAY with grant option',
    'revoke grant option for select (due_at) on rowhouse.delivery_keys from RELAY',
    /RELAY may SELECT column due_at of delivery_keys/,
  ],
  [
    'grant select (event_id) on rowhouse.deliveries to RELAY',
    'revoke select (event_id) on rowhouse.deliveries from RELAY',
    /RELAY may SELECT column event_id of deliveries.*deliveries is open to the relay/s,
  ],
  [
    'create policy relay_survey on rowhouse.deliveries for select to RELAY using (true)',
    'drop policy relay_survey on rowhouse.deliveries',
    /deliveries has 2 policies/,
  ],
  [
    'drop policy relay_survey on rowhouse.outbox; create policy relay_survey on rowhouse.outbox to RELAY using (true)',
    'drop policy relay_survey on rowhouse.outbox; create policy relay_survey on rowhouse.outbox for select to RELAY using (true)',
    /outbox has 2 policies/,
  ],
  [
    'alter policy relay_survey on rowhouse.outbox to public',
    'alter policy relay_survey on rowhouse.outbox to RELAY',
    /outbox has 2 policies/,
  ],
  [
    'alter policy relay_survey on rowhouse.outbox to RELAY, APPLICATION',
    'alter policy relay_survey on rowhouse.outbox to RELAY',
    /outbox has 2 policies/,
  ],
  [
    'create table rowhouse.open (); grant select on rowhouse.open to public',
    'drop table rowhouse.open',
    /rowhouse\.open is open to the relay/,
  ],
  ['alter role RELAY bypassrls', 'alter role RELAY nobypassrls', /RELAY has BYPASSRLS/],
]

for (const { title, url } of await servers(postgres18, postgres15)) {
  describe(title, () => {
    let site: Site
    let relay: pg.Client
    let tenantIds: string[]
    let database: string
    const filled = (sql: string) => {
      const { names } = site.deployed
      return sql.replaceAll('RELAY', names.relay).replaceAll('APPLICATION', names.application)
    }
    beforeAll(async () => {
      site = await openSite(url)
      database = site.deployed.names.sharedDatabase
      tenantIds = [await site.tenant('shared'), await site.tenant('schema')]
      const idle = site.node([recorder()], { idle: true })
      for (const tenantId of tenantIds) await idle.command(tenantId, (emit) => emit(happened, { id: 'a', n: 1 }))
      relay = await connect(urlOf(site.deployed.relayUrl, database))
    })
    afterAll(async () => {
      await relay.end()
      await site.stop()
    })

    test('it sees who has events waiting, of every tenant of the database', async () => {
      const { rows } = await relay.query<{ tenant_id: string }>(
        'select tenant_id, sequence from rowhouse.outbox order by 1',
      )
      expect(rows.map(({ tenant_id }) => tenant_id)).toEqual(tenantIds.toSorted())
    })

    test.each(refused)('it cannot %s', async (_, sql) => {
      await relay.query('begin read write')
      const refusal = await relay.query(filled(sql)).catch((error: unknown) => error)
      await relay.query('rollback')
      expect(refusal).toMatchObject({ code: '42501' })
    })

    test('a deployment with events has no fault; whatever shows the relay more is one', async () => {
      expect(await findFaults(site.deployed)).toEqual([])
      for (const [plant, mend, fault] of wider) {
        await site.deployed.admin(database, filled(plant))
        const found = (await findFaults(site.deployed)).join('\n').replaceAll(site.deployed.names.relay, 'RELAY')
        expect([plant, found]).toEqual([plant, expect.stringMatching(fault)])
        await site.deployed.admin(database, filled(mend))
      }
      expect(await findFaults(site.deployed)).toEqual([])
    })
  })
}
