/** Whatever comes, the answer is never of class 5xx, and every refusal is a problem. */
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Desk, acme, openDesk, operations, ticketOf } from './desk.fixture.ts'
import { Problem } from './http.ts'
import { rawRequest } from './raw-request.fixture.ts'

let desk: Desk
beforeAll(async () => {
  const safe = operations.filter(({ name }) => name !== 'desk.break')
  desk = await openDesk({ operations: safe, trustedProxies: ['127.0.0.1'] })
})
afterAll(() => desk.server.close())

async function expectNoFailure(answer: Response): Promise<void> {
  expect(answer.status).toBeLessThan(500)
  const text = await answer.text()
  if (answer.status >= 400) Problem.parse(JSON.parse(text))
}

const name = fc.oneof(
  fc.constantFrom(
    'subject',
    'priority',
    'tags',
    'requester',
    'custom',
    'id',
    'limit',
    'cursor',
    'open',
    '__proto__',
    'constructor',
    'toString',
    'hasOwnProperty',
    'length',
    '',
  ),
  fc.string({ unit: 'binary' }),
)
const value: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom('x', 'low', '', '\0', '\ud800', '__proto__', 1e308, -0, null, true),
  fc.jsonValue({ stringUnit: 'binary' }),
  fc.anything({ key: name }),
)
const json = (body: unknown) => {
  try {
    return JSON.stringify(body) ?? 'undefined'
  } catch {
    return '{'
  }
}

test('any body', async () => {
  const bodies = fc.oneof(
    fc.dictionary(name, value).map(json),
    value.map(json),
    fc.string({ unit: 'binary' }),
    fc.uint8Array({ maxLength: 300 }).map((bytes) => new Uint8Array(bytes)),
  )
  const target = fc.constantFrom(
    ['POST', '/api/v1/tickets'],
    ['PATCH', `/api/v1/tickets/${ticketOf[acme]}`],
    ['POST', '/api/v1/inbound-mail'],
  )
  const type = fc.oneof(
    { weight: 5, arbitrary: fc.constantFrom('application/json', 'message/rfc822') },
    { weight: 1, arbitrary: fc.stringMatching(/^[ -~]{0,30}$/) },
  )
  await fc.assert(
    fc.asyncProperty(target, bodies, type, async ([method = '', path = ''], body, contentType) => {
      await expectNoFailure(await desk.call(path, { method, body, headers: { 'content-type': contentType } }))
    }),
    { numRuns: 1_500 },
  )
}, 60_000)

test('any path and query', async () => {
  const part = fc.oneof(
    fc.stringMatching(/^[!-~]{0,12}$/),
    fc.string({ unit: 'grapheme' }).map(encodeURIComponent),
    fc.constantFrom('%00', '%ff', '%', '..', '%2e%2e', '%2f', '%252f', ';', '__proto__', 'constructor', ticketOf[acme]),
  )
  const query = fc.array(
    fc.tuple(fc.oneof(part, fc.constantFrom('limit', 'cursor', 'open', 'tags')), part).map((pair) => pair.join('=')),
  )
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom('/api/v1/tickets', '/api/v1', ''),
      fc.array(part, { maxLength: 3 }),
      query,
      async (base, parts, fields) => {
        const path = [base, ...parts].join('/').replaceAll('#', '%23')
        const target = `${path.startsWith('/') ? '' : '/'}${path}?${fields.join('&').replaceAll('#', '%23')}`
        const head = 'Host: localhost\r\nAuthorization: Bearer acme-key\r\nConnection: close\r\n'
        const { status, body } = await rawRequest(desk.port, `GET ${target} HTTP/1.1\r\n${head}\r\n`, { pauseMs: 0 })
        expect(status).toBeGreaterThanOrEqual(200)
        expect(status).toBeLessThan(500)
        if (status >= 400) Problem.parse(JSON.parse(body))
      },
    ),
    { numRuns: 1_500 },
  )
}, 60_000)

test('any header', async () => {
  const names = [
    'Host',
    'Authorization',
    'Content-Type',
    'Content-Length',
    'Content-Encoding',
    'Transfer-Encoding',
    'X-Forwarded-For',
    'X-Forwarded-Host',
    'X-Forwarded-Proto',
    'X-Request-Id',
    'traceparent',
    'tracestate',
    'Expect',
    'Upgrade',
    'Connection',
    'Accept',
    'Accept-Version',
    'Cookie',
    'Range',
    'If-None-Match',
    'X-Tenant-Id',
    'TE',
  ]
  const text = fc.oneof(
    fc.constantFrom(
      '',
      'localhost',
      'acme.localhost',
      'Bearer acme-key',
      'bearer',
      'application/json',
      'chunked',
      '0',
      '-1',
      '1e3',
      '100-continue',
      'websocket',
      'h2c',
      'upgrade',
      'identity',
      'gzip',
      '127.0.0.1, x',
      '::',
      '*',
      '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
      'a=b',
    ),
    fc.stringMatching(/^[\t -~]{0,40}$/),
    fc.uint8Array({ maxLength: 20 }).map((bytes) =>
      Buffer.from(bytes)
        .toString('latin1')
        .replaceAll(/[\r\n]/g, ''),
    ),
  )
  const headers = fc.array(fc.tuple(fc.constantFrom(...names), text), { maxLength: 6 })
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom('GET', 'POST', 'DELETE', 'HEAD'),
      headers,
      fc.boolean(),
      async (method, extra, honest) => {
        const base = honest
          ? [
              ['Host', 'localhost'],
              ['Authorization', 'Bearer acme-key'],
            ]
          : []
        const lines = [...base, ...extra].map(([field, content]) => `${field}: ${content}\r\n`)
        const bytes = Buffer.from(
          `${method} /api/v1/tickets HTTP/1.1\r\n${lines.join('')}Connection: close\r\n\r\n{"subject":"x"}`,
          'latin1',
        )
        const {
          status,
          text: answer,
          body,
        } = await rawRequest(desk.port, [bytes], { pauseMs: 0, silenceMs: 60, patienceMs: 100 })
        // Nothing came: the server waits for the body that a header promised.
        if (answer === '') return
        expect(status).toBeGreaterThanOrEqual(100)
        expect(status).toBeLessThan(500)
        if (status >= 400 && method !== 'HEAD') Problem.parse(JSON.parse(body))
      },
    ),
    { numRuns: 1_500 },
  )
}, 90_000)

test('any bytes', async () => {
  const bytes = fc.array(
    fc.oneof(
      fc.uint8Array({ maxLength: 60 }),
      fc.constantFrom(
        'GET / HTTP/1.1\r\n',
        'Host: localhost\r\n',
        '\r\n',
        '\r\n\r\n',
        '\n',
        '0\r\n\r\n',
        'Transfer-Encoding: chunked\r\n',
      ),
    ),
    { minLength: 1, maxLength: 5 },
  )
  await fc.assert(
    fc.asyncProperty(bytes, async (parts) => {
      const { status, text } = await rawRequest(desk.port, parts, { pauseMs: 0, silenceMs: 30, patienceMs: 50 })
      if (text !== '') expect(status).toBeLessThan(500)
    }),
    { numRuns: 300 },
  )
}, 60_000)
