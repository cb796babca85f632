/** The helpdesk's events through the whole server: emitted by commands over HTTP, acted on by its subscriber. */
import { readFileSync } from 'node:fs'
import { module, newId } from '@rowhouse/app'
import { modules, ticketOpened } from '@rowhouse/helpdesk'
import { postgres15, postgres18, servers } from '@rowhouse/testing'
import { asClient } from '@rowhouse/tenancy'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { operate } from './command-line.fixture.ts'
import { httpCall, type HttpCall } from './http-call.fixture.ts'
import { startTestPlatform, type TestPlatform, type TestTenant } from './test-platform.ts'

const message = (name: string) =>
  readFileSync(new URL(`../../examples/helpdesk/mail/messages/${name}.eml`, import.meta.url), 'utf8')

/** Fails for one ticket, until it is mended. */
let mended = false
const { subscriber } = module<{
  tickets: { id: string; subject: string }
  comments: { id: string; ticketId: string; visibility: string; body: string; createdAt: string }
}>('probe')
const refuses = subscriber(ticketOpened, 'refuses', async ({ event, db, now }) => {
  const { id } = event.payload
  const { subject } = await db.selectFrom('tickets').select('subject').where('id', '=', id).executeTakeFirstOrThrow()
  if (subject !== 'Refuse me') return
  if (!mended) throw new Error(`No: ${subject}`)
  const comment = { id: newId(), ticketId: id, visibility: 'public', body: 'Mended', createdAt: now }
  await db.insertInto('comments').values(comment).execute()
})

for (const { title, url } of await servers(postgres18, postgres15)) {
  describe(title, () => {
    let running: TestPlatform
    let call: HttpCall
    beforeAll(async () => {
      running = await startTestPlatform(url, [...modules, { refuses }], { relay: true })
      mended = false
      call = httpCall(running.origin)
    })
    afterAll(() => running.stop())

    const api = async ({ key }: TestTenant, method: string, path: string, body?: object) =>
      (await call(method, `/api/v1/${path}`, body, { token: key })).body
    const comments = async (tenant: TestTenant, ticketId: string): Promise<string[]> => {
      const { items } = await api(tenant, 'GET', `tickets/${ticketId}/comments`)
      return items.map(({ body }: { body: string }) => body)
    }
    const mail = async ({ key }: TestTenant, raw: string): Promise<string> => {
      const answer = await fetch(`${running.origin}/api/v1/inbound-mail`, {
        method: 'POST',
        headers: { authorization: `Bearer ${key}`, 'content-type': 'message/rfc822' },
        body: raw,
      })
      return ((await answer.json()) as { ticketId: string }).ticketId
    }

    test.each(['shared', 'schema', 'database'])(
      '%s: a new ticket is answered once, in its tenant alone',
      async (tier) => {
        const [alpha, beta] = running.tenants.filter((tenant) => tenant.tier === tier) as [TestTenant, TestTenant]
        const opened = await api(alpha, 'POST', 'tickets', {
          subject: 'Wrong number',
          body: 'It ends in 47.',
          customer: { email: 'ines@example.com' },
        })
        const mailed = await mail(alpha, message('thunderbird'))
        for (const id of [opened.id, mailed]) {
          await expect.poll(() => comments(alpha, id), { timeout: 5_000 }).toHaveLength(2)
        }
        expect((await comments(alpha, opened.id))[1]).toBe(
          `We have your message and will answer as soon as we can. It is ticket ${opened.number}.`,
        )
        await api(alpha, 'PATCH', `tickets/${opened.id}`, { status: 'solved' })
        await api(alpha, 'PATCH', `tickets/${opened.id}`, { status: 'solved' })
        expect((await api(beta, 'GET', 'tickets')).items).toEqual([])
      },
    )

    test('mail that a machine sent is not answered', async () => {
      const [tenant] = running.tenants as [TestTenant]
      const automatic = await mail(tenant, message('auto-reply'))
      const afterwards = await mail(tenant, message('gmail-web'))
      await expect.poll(() => comments(tenant, afterwards), { timeout: 5_000 }).toHaveLength(2)
      expect(await comments(tenant, automatic)).toHaveLength(1)
    })

    test('an operator finds what is parked on the command line, and has it done: once, however often', async () => {
      const tenant = running.tenants.find(({ tier }) => tier === 'schema')!
      const opened = await api(tenant, 'POST', 'tickets', {
        subject: 'Refuse me',
        body: 'Until it is mended.',
        customer: { email: 'ines@example.com' },
      })
      // As if seven attempts had failed already: the next one parks it.
      const failedBefore = `update rowhouse.delivery_keys set attempts = 7, due_at = now() where attempts = 1`
      await expect
        .poll(async () => (await running.platform.door.query(tenant.id, failedBefore, [])).rowCount, { timeout: 5_000 })
        .toBe(1)
      const parked = async () => JSON.parse(await operate(running, 'events', 'parked', '--json')).items
      await expect.poll(parked, { timeout: 5_000 }).toEqual([
        {
          tenantId: tenant.id,
          tenantSlug: tenant.slug,
          subscriber: 'probe.refuses',
          key: opened.id,
          event: { id: expect.any(String), name: 'tickets.opened', version: 1 },
          attempts: 8,
          error: expect.stringMatching(/^Error at /),
          parkedAt: expect.any(String),
          waiting: 1,
        },
      ])
      expect(await operate(running, 'events', 'parked')).toContain(
        `${tenant.slug}  probe.refuses  ${opened.id}  tickets.opened 1`,
      )
      // The other subscriber of the same event was not kept waiting.
      expect(await comments(tenant, opened.id)).toHaveLength(2)

      await expect(operate(running, 'events', 'retry', tenant.slug, '--subscriber', 'probe.refuse')).rejects.toThrow(
        '/subscriber: There is no such subscriber. There are: ',
      )

      mended = true
      expect(await operate(running, 'events', 'retry', tenant.slug, '--subscriber', 'probe.refuses')).toBe(
        '1 key is tried again\n',
      )
      await expect.poll(() => comments(tenant, opened.id), { timeout: 5_000 }).toContain('Mended')
      expect(await operate(running, 'events', 'retry', tenant.id)).toBe('0 keys are tried again\n')
      expect(await operate(running, 'events', 'parked')).toBe('No key is parked\n')

      const { databaseName } = (await running.platform.tenants.find(
        running.tenants.find(({ tier }) => tier === 'database')!.id,
      ))!.placement
      const admin = (sql: string) => asClient(url, (client) => client.query(sql))
      await admin(`alter database "${databaseName}" allow_connections false`)
      await admin(`select pg_terminate_backend(pid) from pg_stat_activity where datname = '${databaseName}'`)
      expect(await operate(running, 'events', 'parked')).toBe(
        `No key is parked\nNot asked, because it does not answer: database ${databaseName}\n`,
      )
      await admin(`alter database "${databaseName}" allow_connections true`)
      expect((await comments(tenant, opened.id)).filter((body) => body === 'Mended')).toHaveLength(1)
      await expect(operate(running, 'events', 'retry', 'nobody')).rejects.toThrow('tenancy.tenant_not_found')
    })
  })
}
