import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Desk, keys, openDesk, ticketOf, acme } from './desk.fixture.ts'
import { rawRequest } from './raw-request.fixture.ts'

let desk: Desk
beforeAll(async () => {
  desk = await openDesk({ requestTimeoutMs: 600 })
})
afterAll(() => desk.server.close())

const json = { 'content-type': 'application/json' }
const post = (body: string | Uint8Array<ArrayBuffer> | ReadableStream, headers: Record<string, string> = json) => ({
  method: 'POST',
  body,
  headers,
})

const cases: [string, number, string, () => Promise<Response>][] = [
  ['an unknown path', 404, 'http.not_found', () => desk.call('/nowhere')],
  ['an unknown path of the API', 404, 'http.not_found', () => desk.call('/api/v1/nowhere')],
  ['a URL that is not percent-encoded UTF-8', 400, 'http.invalid_request', () => desk.call('/api/v1/tickets/%ff')],
  [
    'a method that the path does not have',
    405,
    'http.method_not_allowed',
    () => desk.call('/api/v1/tickets', { method: 'PUT' }),
  ],
  ['OPTIONS', 405, 'http.method_not_allowed', () => desk.call('/api/v1/tickets', { method: 'OPTIONS' })],
  [
    'a method from elsewhere',
    405,
    'http.method_not_allowed',
    () => desk.call('/api/v1/tickets', { method: 'PROPFIND' }),
  ],
  ['no key', 401, 'http.unauthenticated', () => desk.call('/api/v1/tickets', { key: null })],
  ['an unknown key', 401, 'http.unauthenticated', () => desk.call('/api/v1/tickets', { key: 'unknown' })],
  ['a key of two words', 401, 'http.unauthenticated', () => desk.call('/api/v1/tickets', { key: 'acme-key acme-key' })],
  [
    'a key by another scheme',
    401,
    'http.unauthenticated',
    () => desk.call('/api/v1/tickets', { key: null, headers: { authorization: 'Basic YTpi' } }),
  ],
  [
    'a key in the query',
    401,
    'http.unauthenticated',
    () => desk.call('/api/v1/tickets?access_token=acme-key', { key: null }),
  ],
  [
    'a key in X-Api-Key',
    401,
    'http.unauthenticated',
    () => desk.call('/api/v1/tickets', { key: null, headers: { 'x-api-key': 'acme-key' } }),
  ],
  ["a tenant's key on an operators' path", 401, 'http.unauthenticated', () => desk.call('/operator/v1/tenants')],
  [
    "an operator's key on a tenant's path",
    401,
    'http.unauthenticated',
    () => desk.call('/api/v1/tickets', { key: keys.operator }),
  ],
  [
    'a key without the permission',
    403,
    'http.forbidden',
    () => desk.call('/api/v1/tickets', { ...post('{'), key: keys.reader }),
  ],
  [
    'a body of another type',
    415,
    'http.unsupported_media_type',
    () => desk.call('/api/v1/tickets', post('a=b', { 'content-type': 'application/x-www-form-urlencoded' })),
  ],
  [
    'a body of a type that is none',
    415,
    'http.unsupported_media_type',
    () => desk.call('/api/v1/tickets', post('{}', { 'content-type': ';;;' })),
  ],
  [
    'a body without a type',
    415,
    'http.unsupported_media_type',
    () => desk.call('/api/v1/tickets', post(new Uint8Array([123, 125]), {})),
  ],
  [
    'a body in another charset',
    415,
    'http.unsupported_media_type',
    () => desk.call('/api/v1/tickets', post('{}', { 'content-type': 'application/json; charset=utf-16' })),
  ],
  [
    'a compressed body',
    415,
    'http.unsupported_media_type',
    () => desk.call('/api/v1/tickets', post('{}', { ...json, 'content-encoding': 'gzip' })),
  ],
  [
    'JSON where a message is expected',
    415,
    'http.unsupported_media_type',
    () => desk.call('/api/v1/inbound-mail', post('{}')),
  ],
  [
    'a body over the limit',
    413,
    'http.payload_too_large',
    () => desk.call('/api/v1/tickets', post('x'.repeat(2 ** 20 + 1))),
  ],
  [
    'a body over the limit, of unknown length',
    413,
    'http.payload_too_large',
    () => desk.call('/api/v1/tickets', { ...post(stream(2 ** 20 + 1)), duplex: 'half' }),
  ],
  [
    'a message over its limit',
    413,
    'http.payload_too_large',
    () => desk.call('/api/v1/inbound-mail', post('x'.repeat(10 * 2 ** 20 + 1), { 'content-type': 'message/rfc822' })),
  ],
  ["a module's refusal", 409, 'desk.closed', () => desk.call('/api/v1/break/closed', { method: 'POST' })],
  ['a defect', 500, 'http.internal', () => desk.call('/api/v1/break/throw', { method: 'POST' })],
  [
    'something thrown that is no error',
    500,
    'http.internal',
    () => desk.call('/api/v1/break/string', { method: 'POST' }),
  ],
  ['output that its schema refuses', 500, 'http.internal', () => desk.call('/api/v1/break/shape', { method: 'POST' })],
  ['a module that is busy', 503, 'desk.busy', () => desk.call('/api/v1/break/busy', { method: 'POST' })],
]

describe('every failure is a problem document', () => {
  test.each(cases)('%s: %i', async (_name, status, code, call) => {
    const answer = await call()
    const problem = (await answer.json()) as Record<string, unknown>
    expect({ status: answer.status, ...problem }).toMatchObject({ status, code, type: `/docs/errors#${code}` })
    expect(answer.headers.get('content-type')).toBe('application/problem+json')
    expect(answer.headers.get('x-request-id')).toBe(problem['requestId'])
    expect(Object.keys(problem).toSorted()).toEqual(
      ['code', 'detail', 'requestId', 'status', 'title', 'type', ...(problem['errors'] ? ['errors'] : [])].toSorted(),
    )
    expect(JSON.stringify(problem)).not.toMatch(/secret|select|node_modules|\bat /)
    expectSecurityHeaders(Object.fromEntries(answer.headers))
  })

  const raw: [string, number, string, string | string[]][] = [
    ['no Host', 400, 'http.invalid_request', 'GET /nowhere HTTP/1.1\r\n\r\n'],
    [
      'a body announced over the limit, before it comes',
      413,
      'http.payload_too_large',
      'POST /api/v1/tickets HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer acme-key\r\nContent-Type: application/json\r\nContent-Length: 2000000\r\n\r\n',
    ],
    ['what is not HTTP', 400, 'http.invalid_request', 'hello\r\n\r\n'],
    ['an unknown method', 400, 'http.invalid_request', 'FOO / HTTP/1.1\r\nHost: localhost\r\n\r\n'],
    ['CONNECT', 400, 'http.invalid_request', 'CONNECT localhost:80 HTTP/1.1\r\nHost: localhost\r\n\r\n'],
    [
      'headers over 16 KiB',
      431,
      'http.headers_too_large',
      `GET / HTTP/1.1\r\nHost: localhost\r\nA: ${'x'.repeat(20_000)}\r\n\r\n`,
    ],
    [
      'a URL over 16 KiB',
      431,
      'http.headers_too_large',
      `GET /${'x'.repeat(20_000)} HTTP/1.1\r\nHost: localhost\r\n\r\n`,
    ],
    ['headers that never end', 408, 'http.request_timeout', 'GET / HTTP/1.1\r\nHost: localhost\r\n'],
    [
      'a body that never ends',
      408,
      'http.request_timeout',
      `POST /api/v1/tickets HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer acme-key\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{`,
    ],
    [
      'both Content-Length and Transfer-Encoding',
      400,
      'http.invalid_request',
      'POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    ],
    [
      'two Content-Lengths',
      400,
      'http.invalid_request',
      'POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabc',
    ],
    [
      'a broken chunk',
      400,
      'http.invalid_request',
      'POST /api/v1/tickets HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer acme-key\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n',
    ],
    [
      'a control character in a header',
      400,
      'http.invalid_request',
      'GET / HTTP/1.1\r\nHost: localhost\r\nA: \u0001\r\n\r\n',
    ],
    [
      'the key sent twice',
      400,
      'http.invalid_request',
      'GET /api/v1/tickets HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer acme-key\r\nAuthorization: Bearer globex-key\r\n\r\n',
    ],
  ]
  test.each(raw)('%s: %i', async (_name, status, code, bytes) => {
    const answer = await rawRequest(desk.port, bytes)
    expect(answer.status).toBe(status)
    const problem = JSON.parse(answer.body) as Record<string, unknown>
    expect(problem).toMatchObject({ status, code })
    expect(answer.headers['content-type']).toBe('application/problem+json')
    expect(answer.headers['x-request-id']).toBe(problem['requestId'])
    expectSecurityHeaders(answer.headers)
  })
})

test('an expectation that nobody knows is ignored', async () => {
  const answer = await rawRequest(desk.port, 'GET /healthz HTTP/1.1\r\nHost: localhost\r\nExpect: miracles\r\n\r\n')
  expect(answer.status).toBe(200)
})

test('a caller of the other audience is refused, even when `authenticate` lets it in', async () => {
  const caller = { kind: 'operator', id: 'key-1', memberId: null, tenantId: null, permissions: ['*'] } as const
  await using careless = await openDesk({ authenticate: async () => caller })
  expect((await careless.call('/api/v1/tickets')).status).toBe(401)
  expect((await careless.call('/operator/v1/tenants')).status).toBe(200)
})

test('401 says how, 405 says what instead, 503 says when', async () => {
  const unauthenticated = await desk.call('/api/v1/tickets', { key: null })
  expect(unauthenticated.headers.get('www-authenticate')).toBe('Bearer')
  const notAllowed = await desk.call('/api/v1/tickets/1', { method: 'POST' })
  expect(notAllowed.headers.get('allow')).toBe('DELETE, GET, HEAD, PATCH')
  const busy = await desk.call('/api/v1/break/busy', { method: 'POST' })
  expect(busy.headers.get('retry-after')).toBe('7')
})

test('403 names the permission, before the body is looked at', async () => {
  const answer = await desk.call('/api/v1/tickets', { ...post('{'), key: keys.reader })
  expect(await answer.json()).toMatchObject({ detail: 'The key lacks the permission `tickets:write`.' })
})

test('413 is readable by a client that is still sending', async () => {
  const answer = await desk.call('/api/v1/tickets', post('x'.repeat(30 * 2 ** 20)))
  expect(answer.status).toBe(413)
  expect(await answer.json()).toMatchObject({
    errors: [{ pointer: '', detail: 'The body is larger than 1048576 bytes' }],
  })
})

test('HEAD answers as GET without a body, and a refused HEAD too', async () => {
  const found = await desk.call(`/api/v1/tickets/${ticketOf[acme]}`, { method: 'HEAD' })
  expect([found.status, await found.text()]).toEqual([200, ''])
  const missing = await desk.call('/nowhere', { method: 'HEAD' })
  expect([missing.status, await missing.text()]).toEqual([404, ''])
})

const stream = (length: number) =>
  new ReadableStream({
    start(controller) {
      for (let sent = 0; sent < length; sent += 2 ** 16) controller.enqueue(new Uint8Array(2 ** 16).fill(120))
      controller.close()
    },
  })

function expectSecurityHeaders(headers: Readonly<Record<string, string>>): void {
  expect(headers).toMatchObject({
    'cache-control': 'no-store',
    'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
    'x-content-type-options': 'nosniff',
  })
  expect(headers).not.toHaveProperty('server')
  expect(headers).not.toHaveProperty('x-powered-by')
}
