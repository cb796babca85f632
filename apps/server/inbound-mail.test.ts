/** Mail as real programs wrote it, sent over HTTP into all three tiers. */
import { readFileSync } from 'node:fs'
import { modules } from '@rowhouse/helpdesk'
import { messages } from '@rowhouse/helpdesk/messages'
import { postgres18, server } from '@rowhouse/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startTestPlatform, type TestPlatform, type TestTenant } from './test-platform.ts'

let running: TestPlatform
beforeAll(async () => {
  running = await startTestPlatform(await server(postgres18), modules)
})
afterAll(() => running?.stop())

const raw = (file: string) => readFileSync(new URL(`../../examples/helpdesk/mail/messages/${file}`, import.meta.url))

async function call<T>({ key }: TestTenant, path: string, mail?: Uint8Array): Promise<{ status: number; content: T }> {
  const answer = await fetch(`${running.origin}/api/v1/${path}`, {
    headers: { authorization: `Bearer ${key}`, ...(mail ? { 'content-type': 'message/rfc822' } : {}) },
    ...(mail ? { method: 'POST', body: mail } : {}),
  })
  return { status: answer.status, content: (await answer.json()) as T }
}

interface Received {
  readonly ticketId: string
  readonly customerId: string
  readonly created: boolean
}

describe.each(['shared', 'schema', 'database'] as const)('in the %s tier', (tier) => {
  const tenant = (name: string) => running.tenants.find(({ slug }) => slug === `${name}-${tier}`)!

  test.each(messages)('$file', async (expected) => {
    const { status, content } = await call<Received & { code: string }>(
      tenant('alpha'),
      'inbound-mail',
      raw(expected.file),
    )
    if ('refused' in expected) {
      expect(status).toBe(422)
      expect(content.code).toMatch(/^desk\.mail_/)
      return
    }
    expect(status, JSON.stringify(content)).toBe(200)
    const customer = await call<{ email: string; name: string }>(tenant('alpha'), `customers/${content.customerId}`)
    expect(customer.content.email).toBe(expected.from.address)
    const comments = await call<{ items: { body: string; attachments: { name: string; type: string }[] }[] }>(
      tenant('alpha'),
      `tickets/${content.ticketId}/comments`,
    )
    const attachments = comments.content.items.flatMap((comment) => comment.attachments)
    expect(attachments.map(({ name, type }) => ({ name, type }))).toEqual(
      expect.arrayContaining([...expected.attachments]),
    )
  })

  test('the same mail twice is one ticket, and nothing of it is in another tenant', async () => {
    const first = await call<Received>(tenant('alpha'), 'inbound-mail', raw('gmail-web.eml'))
    const again = await call<Received>(tenant('alpha'), 'inbound-mail', raw('gmail-web.eml'))
    expect(again.content.ticketId).toBe(first.content.ticketId)
    const elsewhere = await call<{ items: object[] }>(tenant('beta'), 'tickets')
    expect(elsewhere.content.items).toEqual([])
  })
})
