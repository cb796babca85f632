/** What every operation promises, read from the list of operations, so that a new one is held to it at once. */
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { get, type IncomingMessage } from 'node:http'
import { modules } from '@rowhouse/helpdesk'
import type { Operation } from '@rowhouse/http'
import { postgres18, server } from '@rowhouse/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startTestPlatform, type TestPlatform, type TestTenant } from './test-platform.ts'

let running: TestPlatform
let operations: readonly Operation[]
const absent = '019ab5a0-9e14-7b60-8c1f-5d2a7e904b18'

beforeAll(async () => {
  running = await startTestPlatform(await server(postgres18), modules)
  operations = running.platform.operations
})
afterAll(() => running?.stop())

interface Answer {
  readonly status: number
  readonly type: string | null
  // What is under test is unknown JSON.
  readonly content: Record<string, never> & { code?: string; items: { id: string }[]; id: string; requestId?: string }
}

async function call(
  key: string | null,
  method: string,
  path: string,
  body?: unknown,
  more: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  const isMail = path.endsWith('/inbound-mail')
  const answer = await fetch(running.origin + path, {
    method,
    headers: {
      ...(key === null ? {} : { authorization: `Bearer ${key}` }),
      ...(body === undefined ? {} : { 'content-type': isMail ? 'message/rfc822' : 'application/json' }),
      ...more,
    },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  })
  const text = await answer.text()
  return {
    status: answer.status,
    type: answer.headers.get('content-type'),
    content: text === '' ? {} : JSON.parse(text),
  }
}

const prefix = { tenant: '/api/v1', operator: '/operator/v1', public: '' } as const
const pathOf = ({ audience, path }: Operation, id = absent) => prefix[audience] + path.replaceAll(/:\w+/g, id)
const bodyOf = ({ method }: Operation) => (method === 'GET' || method === 'DELETE' ? undefined : {})
const sameBut = ({ status, type, content }: Answer) => ({ status, type, content: { ...content, requestId: '' } })

test('without a key, with a false one, or with one of the other audience there is one answer: 401', async () => {
  const [{ key }] = running.tenants as [TestTenant]
  for (const operation of operations.filter(({ audience }) => audience !== 'public')) {
    const wrong = operation.audience === 'tenant' ? running.operatorKey : key
    const answers = []
    for (const each of [null, 'rhk_nonsense', `rhk_${'A'.repeat(64)}`, wrong]) {
      answers.push(sameBut(await call(each, operation.method, pathOf(operation), bodyOf(operation))))
    }
    expect(answers[0]!.status, operation.name).toBe(401)
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size, operation.name).toBe(1)
  }
})

test('a key without the permission gets 403, whether the thing exists or not', async () => {
  const [{ key }] = running.tenants as [TestTenant]
  const { permission } = operations.find(({ name }) => name === 'members.list')!
  const made = await call(key, 'POST', '/api/v1/api-keys', { name: 'narrow', permissions: [permission!.name] })
  const narrow = (made.content as unknown as { secret: string }).secret
  for (const operation of operations.filter(
    (each) => each.audience === 'tenant' && each.permission?.name !== permission!.name,
  )) {
    const answer = await call(narrow, operation.method, pathOf(operation), bodyOf(operation))
    expect([operation.name, answer.status, answer.content.code]).toEqual([operation.name, 403, 'http.forbidden'])
  }
})

test('invalid input is 400 with a problem document that names the field', async () => {
  const [{ key }] = running.tenants as [TestTenant]
  for (const operation of operations.filter(({ accepts }) => accepts === undefined)) {
    const body = bodyOf(operation)
    const path = pathOf(operation, operation.audience === 'tenant' ? absent : 'acme')
    const answer = await call(
      operation.audience === 'tenant' ? key : running.operatorKey,
      operation.method,
      body ? path : `${path}?unexpected=1`,
      body && { unexpected: 1 },
    )
    expect([operation.name, answer.status, answer.type]).toEqual([operation.name, 400, 'application/problem+json'])
    expect(JSON.stringify(answer.content), operation.name).toContain('/unexpected')
  }
})

interface Described {
  readonly description?: string
  readonly parameters?: readonly { readonly name?: string; readonly $ref?: string }[]
  readonly responses: Readonly<Record<string, { readonly headers?: Readonly<Record<string, unknown>> }>>
}

test('every command of tenants takes an Idempotency-Key, every GET has a tag, and the documents say so', async () => {
  const { paths } = (await call(null, 'GET', '/openapi.json')).content as unknown as {
    paths: Record<string, Record<string, Described>>
  }
  for (const operation of operations.filter(({ audience }) => audience !== 'operator')) {
    const { name, audience, method, path, status, runOnce, conditional = false, consistent = false } = operation
    const described = paths[prefix[audience] + path.replaceAll(/:(\w+)/g, '{$1}')]![method.toLowerCase()]!
    const headers = (described.parameters ?? []).flatMap(
      ({ $ref }) => $ref?.replace('#/components/parameters/', '') ?? [],
    )
    const isCommand = method !== 'GET'
    expect(runOnce !== undefined, name).toBe(audience === 'tenant' && isCommand)
    expect(headers, name).toEqual([
      ...(isCommand ? [] : ['IfNoneMatch']),
      ...(conditional ? ['IfMatch'] : []),
      ...(runOnce ? ['IdempotencyKey'] : []),
      ...(consistent ? ['Consistency'] : []),
    ])
    expect(described.description?.includes('Takes no `Idempotency-Key`') ?? false, name).toBe(isCommand && !runOnce)
    const expected = [
      ...(isCommand ? [] : ['304']),
      ...(conditional ? ['412'] : []),
      ...(runOnce ? ['409', '422'] : []),
    ]
    expect(Object.keys(described.responses), name).toEqual(expect.arrayContaining(expected))
    if (!isCommand) expect(Object.keys(described.responses[status]!.headers!), name).toContain('ETag')
  }
})

describe.each(['shared', 'schema', 'database'] as const)('in the %s tier', (tier) => {
  let alpha: TestTenant
  let beta: TestTenant
  let foreign: Record<string, string>
  beforeAll(async () => {
    ;[alpha, beta] = running.tenants.filter((tenant) => tenant.tier === tier) as [TestTenant, TestTenant]
    const ticket = await call(beta.key, 'POST', '/api/v1/tickets', {
      subject: 'Secret of beta',
      body: 'Nobody else may know',
      customer: { email: 'carla@beta.example' },
    })
    expect(ticket.status).toBe(201)
    const { customerId } = ticket.content as unknown as { customerId: string }
    const key = await call(beta.key, 'POST', '/api/v1/api-keys', { name: 'beta', permissions: ['*'] })
    const invitation = await call(beta.key, 'POST', '/api/v1/invitations', { email: 'ines@beta.example' })
    foreign = {
      invitations: invitation.content.id,
      tickets: ticket.content.id,
      customers: customerId,
      members: beta.ownerId,
      'api-keys': key.content.id,
    }
  })

  test('another tenant’s id is answered exactly as one that does not exist', async () => {
    let compared = 0
    for (const operation of operations.filter((each) => each.audience === 'tenant' && each.path.includes(':'))) {
      const id = foreign[operation.path.split('/')[1]!]
      expect(id, `a foreign id for ${operation.name}`).toBeDefined()
      const valid: Record<string, unknown> = {
        'comments.add': { body: 'mine now' },
        'customers.update': { name: 'mine now' },
        'invitations.resend': {},
      }
      const body = bodyOf(operation) && (valid[operation.name] ?? { status: 'solved' })
      const asked = (which: string, headers: Record<string, string>) =>
        call(alpha.key, operation.method, pathOf(operation, which), body, headers)
      const key = (): Record<string, string> => (operation.runOnce ? { 'idempotency-key': randomUUID() } : {})
      for (const condition of operation.conditional ? [{}, { 'if-match': '*' }, { 'if-match': '"a"' }] : [{}]) {
        for (const headers of [condition, { ...condition, ...key() }]) {
          const [theirs, none] = [await asked(id!, headers), await asked(absent, { ...headers, ...key() })]
          expect(theirs.status, operation.name).toBe(404)
          expect(sameBut(theirs), operation.name).toEqual(sameBut(none))
        }
      }
      compared += 1
    }
    expect(compared).toBeGreaterThanOrEqual(7)
    const kept = await call(beta.key, 'GET', `/api/v1/tickets/${foreign['tickets']}`)
    expect(kept.content).toMatchObject({ subject: 'Secret of beta', status: 'open' })
  })

  test('another tenant’s ids in a body refer to nothing', async () => {
    const own = { subject: 'Mine', body: 'Mine', customer: { email: 'dora@alpha.example' } }
    for (const [field, id] of [
      ['assigneeId', foreign['members']],
      ['customer', { id: foreign['customers'] }],
    ] as const) {
      const theirs = await call(alpha.key, 'POST', '/api/v1/tickets', { ...own, [field]: id })
      const none = await call(alpha.key, 'POST', '/api/v1/tickets', {
        ...own,
        [field]: typeof id === 'string' ? absent : { id: absent },
      })
      expect(theirs.status, field).toBeGreaterThanOrEqual(400)
      expect(sameBut(theirs), field).toEqual(sameBut(none))
    }
  })

  test('an address that another tenant has is free here', async () => {
    const answer = await call(alpha.key, 'POST', '/api/v1/customers', {
      email: 'carla@beta.example',
      name: 'Another Carla',
    })
    expect(answer.status).toBe(201)
  })

  test('lists and searches show nothing of another tenant', async () => {
    for (const path of ['tickets', 'tickets?q=Secret', 'customers', 'members', 'api-keys']) {
      const { status, content } = await call(alpha.key, 'GET', `/api/v1/${path}`)
      expect(status, path).toBe(200)
      const ids = content.items.map(({ id }) => id)
      expect(
        ids.filter((id) => Object.values(foreign).includes(id)),
        path,
      ).toEqual([])
    }
  })

  test('the host of another tenant is no way in', async () => {
    const at = async (host: string) => {
      // fetch does not let one choose the Host.
      const asked = get(`${running.origin}/api/v1/tickets`, { headers: { authorization: `Bearer ${alpha.key}`, host } })
      const [answer] = (await once(asked, 'response')) as [IncomingMessage]
      answer.resume()
      return answer.statusCode
    }
    expect(await at(`${alpha.slug}.localhost`)).toBe(200)
    expect(await at(`${beta.slug}.localhost`)).toBe(404)
    expect(await at('nobody.localhost')).toBe(404)
  })

  test('a revoked key is out at once', async () => {
    const made = await call(alpha.key, 'POST', '/api/v1/api-keys', { name: 'short', permissions: ['desk:read'] })
    const { id, secret } = made.content as unknown as { id: string; secret: string }
    expect((await call(secret, 'GET', '/api/v1/tickets')).status).toBe(200)
    expect((await call(alpha.key, 'DELETE', `/api/v1/api-keys/${id}`)).status).toBe(204)
    expect((await call(secret, 'GET', '/api/v1/tickets')).status).toBe(401)
  })
})
