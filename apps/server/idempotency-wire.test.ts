/** What an `Idempotency-Key` costs on the way to the database, and what it is worth when that way breaks. */
import { randomUUID } from 'node:crypto'
import { modules } from '@rowhouse/helpdesk'
import { postgres15, postgres18, servers } from '@rowhouse/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type WireTap, wireTap } from '../../packages/tenancy/wire-tap.fixture.ts'
import { type HttpCall, httpCall } from './http-call.fixture.ts'
import { startTestPlatform, type TestPlatform } from './test-platform.ts'

for (const { title, url } of await servers(postgres18, postgres15)) {
  describe(title, () => {
    let running: TestPlatform
    let tap: WireTap
    let call: HttpCall
    beforeAll(async () => {
      tap = await wireTap(url)
      running = await startTestPlatform(tap.url, modules)
      call = httpCall(running.origin)
    })
    afterAll(async () => {
      await running?.stop()
      tap?.close()
    })

    describe.each(['shared', 'schema', 'database'] as const)('%s tier', (tier) => {
      const token = () => running.tenants.find((tenant) => tenant.tier === tier)!.key
      const createCustomer = (idempotencyKey?: string) =>
        call(
          'POST',
          '/api/v1/customers',
          { email: `${randomUUID()}@example.com`, name: 'Ines' },
          { token: token(), ...(idempotencyKey === undefined ? {} : { idempotencyKey }) },
        )
      /** Statements and round trips of one call, on connections that are warm. */
      async function costOf(ask: () => Promise<{ readonly status: number }>) {
        for (let warm = 0; warm < 2; warm += 1) await ask()
        tap.sent()
        tap.flights()
        expect((await ask()).status).toBeLessThan(300)
        return { statements: tap.sent().replaceAll(/[^E]/g, '').length, flights: tap.flights() }
      }

      test('without a key nothing costs more; with one a command takes two statements and two round trips more', async () => {
        const list = () => call('GET', '/api/v1/members', undefined, { token: token() })
        // The door and the query. Then: BEGIN, the door and the insert; COMMIT.
        expect(await costOf(list)).toEqual({ statements: 2, flights: 1 })
        expect(await costOf(() => createCustomer())).toEqual({ statements: 4, flights: 2 })
        expect(await costOf(() => createCustomer(randomUUID()))).toEqual({ statements: 6, flights: 4 })
      })

      test.each(['before', 'answered'] as const)(
        'a COMMIT whose answer is lost (%s) is settled by the key',
        async (moment) => {
          const subject = `Lost ${moment} ${tier}`
          const ticket = { subject, body: 'Help', customer: { email: 'carla@example.com' } }
          const open = (idempotencyKey: string) =>
            call('POST', '/api/v1/tickets', ticket, { token: token(), idempotencyKey })
          await createCustomer()
          const key = randomUUID()
          tap.cutAt('rh_commit', moment)
          const first = await open(key)
          expect(first.status).toBe(201)
          expect(await open(key)).toMatchObject({
            status: 201,
            body: first.body,
            headers: { 'idempotency-replayed': 'true' },
          })
          const { body } = await call('GET', '/api/v1/tickets?limit=100', undefined, { token: token() })
          const subjects = (body as { items: { subject: string }[] }).items.map((item) => item.subject)
          expect(subjects.filter((each) => each === subject)).toHaveLength(1)
        },
      )

      test('without a key its sender is told that the outcome is unknown', async () => {
        await createCustomer()
        tap.cutAt('rh_commit', 'answered')
        expect(await createCustomer()).toMatchObject({ status: 503, body: { code: 'tenancy.outcome_unknown' } })
      })

      test.each(['before', 'answered'] as const)(
        'an API key is made once, though the answer is lost (%s)',
        async (moment) => {
          const name = `lost ${moment} ${tier}`
          const create = (idempotencyKey: string) =>
            call('POST', '/api/v1/api-keys', { name, permissions: ['desk:read'] }, { token: token(), idempotencyKey })
          const key = randomUUID()
          tap.cutAt('rh_commit', moment)
          const first = await create(key)
          expect(first.status).toBe(201)
          expect(await create(key)).toMatchObject({ status: 201, body: first.body })
          const works = await call('GET', '/api/v1/tickets', undefined, {
            token: (first.body as { secret: string }).secret,
          })
          expect(works.status).toBe(200)
          const { body } = await call('GET', '/api/v1/api-keys?limit=100', undefined, { token: token() })
          const names = (body as { items: { name: string }[] }).items.map((item) => item.name)
          expect(names.filter((each) => each === name)).toHaveLength(1)
        },
      )
    })
  })
}
