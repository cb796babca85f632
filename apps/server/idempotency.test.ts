/** Commands that are sent more than once, and changes that meet: over HTTP, in three tiers. */
import { randomUUID } from 'node:crypto'
import { modules } from '@rowhouse/helpdesk'
import { postgres15, postgres18, servers } from '@rowhouse/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startTestPlatform, type TestPlatform, type TestTenant } from './test-platform.ts'

interface Asked {
  readonly key?: string | undefined
  readonly ifMatch?: string | undefined
  readonly ifNoneMatch?: string | undefined
  readonly body?: unknown
}

interface Answered {
  readonly status: number
  readonly text: string
  readonly headers: Headers
  /** What of it must be the same when it is sent again. */
  readonly kept: unknown
  // What is under test is unknown JSON.
  json(): Record<string, never> & { id: string; code: string }
}

for (const { title, url } of await servers(postgres18, postgres15)) {
  describe(title, () => {
    let running: TestPlatform
    beforeAll(async () => {
      running = await startTestPlatform(url, modules)
    })
    afterAll(() => running?.stop())

    async function call(token: string, method: string, path: string, asked: Asked = {}): Promise<Answered> {
      const answer = await fetch(`${running.origin}/api/v1${path}`, {
        method,
        headers: {
          authorization: `Bearer ${token}`,
          ...(asked.body === undefined ? {} : { 'content-type': 'application/json' }),
          ...(asked.key === undefined ? {} : { 'idempotency-key': asked.key }),
          ...(asked.ifMatch === undefined ? {} : { 'if-match': asked.ifMatch }),
          ...(asked.ifNoneMatch === undefined ? {} : { 'if-none-match': asked.ifNoneMatch }),
        },
        ...(asked.body === undefined ? {} : { body: JSON.stringify(asked.body) }),
      })
      const text = await answer.text()
      const { status, headers } = answer
      const kept = [status, text, headers.get('content-type'), headers.get('etag')]
      return { status, text, headers, kept, json: () => JSON.parse(text) }
    }

    const ticket = (subject: string) => ({ subject, body: 'Help', customer: { email: 'carla@example.com' } })
    const another = (name: string) => ({ email: `${randomUUID()}@example.com`, name })

    describe.each(['shared', 'schema', 'database'] as const)('%s tier', (tier) => {
      let alpha: TestTenant
      let beta: TestTenant
      beforeAll(() => {
        ;[alpha, beta] = running.tenants.filter((tenant) => tenant.tier === tier) as [TestTenant, TestTenant]
      })
      const subjects = async (subject: string, { key } = alpha) => {
        const { items } = (await call(key, 'GET', '/tickets?limit=100')).json() as unknown as {
          items: { subject: string }[]
        }
        return items.filter((each) => each.subject === subject).length
      }

      test('the same request has one effect and one answer, byte for byte', async () => {
        const asked = { key: randomUUID(), body: ticket(`once ${tier}`) }
        const first = await call(alpha.key, 'POST', '/tickets', asked)
        const again = await call(alpha.key, 'POST', '/tickets', asked)
        expect(first.status).toBe(201)
        expect(first.headers.has('idempotency-replayed')).toBe(false)
        expect(again.kept).toEqual(first.kept)
        expect(again.headers.get('idempotency-replayed')).toBe('true')
        expect(await subjects(`once ${tier}`)).toBe(1)
      })

      test('of 50 at once one has the effect; the others have its answer, or are told to wait', async () => {
        const asked = { key: randomUUID(), body: ticket(`parallel ${tier}`) }
        const answers = await Promise.all(Array.from({ length: 50 }, () => call(alpha.key, 'POST', '/tickets', asked)))
        const made = answers.filter(({ status }) => status === 201)
        expect(new Set(made.map(({ text }) => text)).size).toBe(1)
        expect(made.filter(({ headers }) => !headers.has('idempotency-replayed'))).toHaveLength(1)
        for (const other of answers.filter((answer) => !made.includes(answer))) {
          expect([other.status, other.json().code, other.headers.get('retry-after')]).toEqual([
            409,
            'http.idempotency_in_flight',
            '1',
          ])
        }
        expect((await call(alpha.key, 'POST', '/tickets', asked)).text).toBe(made[0]!.text)
        expect(await subjects(`parallel ${tier}`)).toBe(1)
      })

      test('with another body, path, operation or condition the key is refused, and nothing is done', async () => {
        const key = randomUUID()
        const { id } = (await call(alpha.key, 'POST', '/customers', { key, body: another('Ines') })).json()
        const others = [
          call(alpha.key, 'POST', '/customers', { key, body: another('Nobody') }),
          call(alpha.key, 'PATCH', `/customers/${id}`, { key, body: { name: 'Nobody' } }),
          call(alpha.key, 'POST', '/tickets', { key, body: ticket('Nobody') }),
        ]
        for (const answer of await Promise.all(others)) {
          expect([answer.status, answer.json().code]).toEqual([422, 'http.idempotency_key_reused'])
        }
        const change = { key: randomUUID(), body: { name: 'Inès' } }
        expect((await call(alpha.key, 'PATCH', `/customers/${id}`, change)).status).toBe(200)
        expect((await call(alpha.key, 'PATCH', `/customers/${id}`, { ...change, ifMatch: '*' })).status).toBe(422)
        expect(await subjects('Nobody')).toBe(0)
      })

      test('a key is its tenant’s, and its actor’s', async () => {
        const asked = { key: randomUUID(), body: ticket(`mine ${tier}`) }
        const made = await call(alpha.key, 'POST', '/api-keys', { body: { name: 'second', permissions: ['*'] } })
        const second = (made.json() as unknown as { secret: string }).secret
        const answers = [
          await call(alpha.key, 'POST', '/tickets', asked),
          await call(second, 'POST', '/tickets', asked),
          await call(beta.key, 'POST', '/tickets', asked),
        ]
        expect(answers.map(({ status }) => status)).toEqual([201, 201, 201])
        expect(answers.filter(({ headers }) => headers.has('idempotency-replayed'))).toEqual([])
        expect(await subjects(`mine ${tier}`)).toBe(2)
        expect(await subjects(`mine ${tier}`, beta)).toBe(1)
      })

      test('a refusal is kept like any answer; one of who calls is not', async () => {
        const body = another('Ines')
        await call(alpha.key, 'POST', '/customers', { body })
        const asked = { key: randomUUID(), body }
        const [first, again] = [
          await call(alpha.key, 'POST', '/customers', asked),
          await call(alpha.key, 'POST', '/customers', asked),
        ]
        expect([first.status, first.json().code]).toEqual([409, 'desk.email_taken'])
        expect(again.kept).toEqual(first.kept)
        const invalid = { key: randomUUID(), body: { name: 'Ines' } }
        expect((await call(alpha.key, 'POST', '/customers', invalid)).status).toBe(400)
        expect((await call(alpha.key, 'POST', '/customers', { ...invalid, body: another('Ines') })).status).toBe(201)
      })

      test('a secret is answered again while it is kept', async () => {
        const asked = { key: randomUUID(), body: { name: 'keyed', permissions: ['desk:read'] } }
        const first = await call(alpha.key, 'POST', '/api-keys', asked)
        const again = await call(alpha.key, 'POST', '/api-keys', asked)
        expect(first.status).toBe(201)
        expect(again.kept).toEqual(first.kept)
        const { id } = first.json()
        const revoke = { key: randomUUID() }
        expect((await call(alpha.key, 'DELETE', `/api-keys/${id}`, revoke)).status).toBe(204)
        expect((await call(alpha.key, 'DELETE', `/api-keys/${id}`, revoke)).status).toBe(204)
        expect((await call(alpha.key, 'DELETE', `/api-keys/${id}`)).status).toBe(404)
      })

      test('what is shown has a tag of its state; a client that has it gets nothing but 304', async () => {
        const made = await call(alpha.key, 'POST', '/tickets', { body: ticket('Tagged') })
        const path = `/tickets/${made.json().id}`
        const etag = made.headers.get('etag')!
        expect(etag).toMatch(/^"[\w-]{27}"$/)
        const shown = await call(alpha.key, 'GET', path)
        expect([shown.headers.get('etag'), shown.text]).toEqual([etag, made.text])
        for (const ifNoneMatch of [etag, `W/${etag}`, `"other", ${etag}`, '*']) {
          const { status, text, headers } = await call(alpha.key, 'GET', path, { ifNoneMatch })
          expect([status, text, headers.get('etag')]).toEqual([304, '', etag])
        }
        expect((await call(alpha.key, 'GET', path, { ifNoneMatch: '"other"' })).text).toBe(made.text)
        const changed = await call(alpha.key, 'PATCH', path, { body: { priority: 'high' } })
        expect(changed.headers.get('etag')).not.toBe(etag)
        const { status, headers } = await call(alpha.key, 'GET', path, { ifNoneMatch: etag })
        expect([status, headers.get('etag')]).toEqual([200, changed.headers.get('etag')])
      })

      test('a change that is meant for another state is not made', async () => {
        const made = await call(alpha.key, 'POST', '/customers', { body: another('Ines') })
        const path = `/customers/${made.json().id}`
        const ifMatch = made.headers.get('etag')!
        const renamed = await call(alpha.key, 'PATCH', path, { ifMatch, body: { name: 'Inès' } })
        expect(renamed.status).toBe(200)
        for (const stale of [ifMatch, '"other"', `W/${renamed.headers.get('etag')}`]) {
          const refused = await call(alpha.key, 'PATCH', path, { ifMatch: stale, body: { name: 'Nobody' } })
          expect([refused.status, refused.json().code]).toEqual([412, 'http.precondition_failed'])
        }
        const now = renamed.headers.get('etag')!
        const named = await call(alpha.key, 'PATCH', path, { ifNoneMatch: now, body: { name: 'Nobody' } })
        expect(named.status).toBe(412)
        expect((await call(alpha.key, 'GET', path)).text).toBe(renamed.text)
        expect(
          (await call(alpha.key, 'PATCH', path, { ifMatch: `"other", ${now}`, body: { name: 'Ines' } })).status,
        ).toBe(200)
        expect((await call(alpha.key, 'PATCH', path, { ifMatch: '*', body: { name: 'Inès' } })).status).toBe(200)
      })

      test('of parallel changes meant for one state exactly one is made', async () => {
        for (let round = 0; round < 5; round += 1) {
          const made = await call(alpha.key, 'POST', '/tickets', { body: ticket('Contested') })
          const path = `/tickets/${made.json().id}`
          const ifMatch = made.headers.get('etag')!
          const changes = Array.from({ length: 6 }, (_, at) =>
            call(alpha.key, 'PATCH', path, { ifMatch, body: { subject: `Change ${at}` } }),
          )
          const statuses = (await Promise.all(changes)).map(({ status }) => status)
          expect(statuses.toSorted((one, other) => one - other)).toEqual([200, 412, 412, 412, 412, 412])
        }
      })

      test('what is not there is not found, whatever state the request is meant for', async () => {
        const theirs = (await call(beta.key, 'POST', '/tickets', { body: ticket('Secret') })).json().id
        for (const ifMatch of ['*', '"other"']) {
          const answers = [theirs, randomUUID()].map((id) =>
            call(alpha.key, 'PATCH', `/tickets/${id}`, { ifMatch, body: { priority: 'low' } }),
          )
          for (const answer of await Promise.all(answers)) expect(answer.status).toBe(404)
        }
      })
    })
  })
}
