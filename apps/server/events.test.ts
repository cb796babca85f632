/** The helpdesk's events through the whole server: emitted by commands over HTTP, acted on by its subscriber. */
import { readFileSync } from 'node:fs'
import { modules } from '@rowhouse/helpdesk'
import { postgres15, postgres18, servers } from '@rowhouse/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { httpCall, type HttpCall } from './http-call.fixture.ts'
import { startTestPlatform, type TestPlatform, type TestTenant } from './test-platform.ts'

const message = (name: string) =>
  readFileSync(new URL(`../../examples/helpdesk/mail/messages/${name}.eml`, import.meta.url), 'utf8')

for (const { title, url } of await servers(postgres18, postgres15)) {
  describe(title, () => {
    let running: TestPlatform
    let call: HttpCall
    beforeAll(async () => {
      running = await startTestPlatform(url, modules, { relay: true })
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

    test('operators see no parked key, and may retry none', async () => {
      const asOperator = { token: running.operatorKey }
      expect((await call('GET', '/operator/v1/parked-keys', undefined, asOperator)).body).toEqual({
        items: [],
        nextCursor: null,
      })
      const retry = { tenantId: running.tenants[0]!.id }
      expect((await call('POST', '/operator/v1/parked-keys/retry', retry, asOperator)).body).toEqual({ retried: 0 })
    })
  })
}
