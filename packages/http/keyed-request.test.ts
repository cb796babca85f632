import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Desk, deskErrors, keys, openDesk } from './desk.fixture.ts'
import { httpErrors } from './http.ts'
import { keyHash, refusalOf, requestHash } from './keyed-request.ts'
import type { Caller } from './operation.ts'
import { rawRequest } from './raw-request.fixture.ts'

let desk: Desk
beforeAll(async () => {
  desk = await openDesk()
})
afterAll(() => desk[Symbol.asyncDispose]())

const body = '{"subject":"Printer"}'
const json = { 'content-type': 'application/json' }
const open = (key: string, sent = body, url = '/api/v1/tickets') =>
  desk.call(url, { method: 'POST', body: sent, headers: { ...json, 'idempotency-key': key } })
/** The hashes that the operation was given, which the desk gives as tags. */
const hashes = async (answer: Response) => ((await answer.json()) as { tags: [string, string] }).tags

test('key and request are told by hashes: of the actor and the key, and of all that is asked', async () => {
  const [key, request] = await hashes(await open('one'))
  expect(await hashes(await open('one'))).toEqual([key, request])
  expect(await hashes(await open('two'))).toEqual([expect.not.stringMatching(key), request])
  expect(await hashes(await open('one', `${body} `))).toEqual([key, expect.not.stringMatching(request)])
})

test('two requests that read alike in one string are two', () => {
  const asked = (url: string, headers: Record<string, string> = {}) => ({ url, headers }) as never
  const all = [
    requestHash('a', asked('/b'), Buffer.from('c')),
    requestHash('ab', asked('/'), Buffer.from('c')),
    requestHash('a', asked('/bc'), Buffer.from('')),
    requestHash('a', asked('/b', { 'if-match': 'c' }), Buffer.from('')),
    requestHash('a', asked('/b', { 'if-none-match': 'c' }), Buffer.from('')),
  ]
  expect(new Set(all.map((hash) => hash.toString('hex'))).size).toBe(all.length)
})

test('a member is one actor in all sessions; two keys of a member are two', () => {
  const caller = (kind: Caller['kind'], id: string): Caller => ({
    kind,
    id,
    memberId: 'm',
    tenantId: 't',
    permissions: [],
  })
  expect(keyHash(caller('member', 's1'), 'k')).toEqual(keyHash(caller('member', 's2'), 'k'))
  expect(keyHash(caller('api-key', 'k1'), 'k')).not.toEqual(keyHash(caller('api-key', 'k2'), 'k'))
  expect(keyHash(caller('api-key', 'm'), 'k')).not.toEqual(keyHash(caller('member', 'm'), 'k'))
})

test('kept are refusals that will be the same again, byte for byte', () => {
  expect(refusalOf(deskErrors.closed(), 'id')).toMatchObject({
    status: 409,
    body: expect.stringContaining('"requestId":"id"'),
  })
  for (const passing of [
    httpErrors.unauthenticated(),
    httpErrors.forbidden(),
    httpErrors.internal(),
    deskErrors.busy(),
    new Error('x'),
  ]) {
    expect(refusalOf(passing, 'id')).toBeNull()
  }
})

test('a key is 1 to 200 characters of printable ASCII, sent once', async () => {
  for (const key of ['a', '"quoted, as the draft has it"', 'a'.repeat(200)]) expect((await open(key)).status).toBe(201)
  for (const key of ['', 'a'.repeat(201), 'é', 'a\tb']) {
    const answer = await open(key)
    expect([key, answer.status]).toEqual([key, 400])
    expect(await answer.json()).toMatchObject({ detail: expect.stringContaining('Idempotency-Key') })
  }
  const lines = [
    'POST /api/v1/tickets HTTP/1.1',
    'Host: localhost',
    `Authorization: Bearer ${keys.acme}`,
    'Content-Type: application/json',
    `Content-Length: ${body.length}`,
  ]
  const twice = [...lines, 'Idempotency-Key: a', 'Idempotency-Key: b', 'Connection: close', '', body].join('\r\n')
  expect((await rawRequest(desk.port, twice)).status).toBe(400)
})

test('where no key is taken it is refused, since its sender would believe in it; reading does not look at it', async () => {
  const ask = (method: string, url: string, key: string) =>
    desk.call(url, { method, headers: { 'idempotency-key': key } })
  expect((await ask('GET', '/api/v1/tickets', 'é')).status).toBe(200)
  const ticket = '/api/v1/tickets/0198c7a0-1111-7000-8000-00000000000a'
  const refused = await ask('DELETE', ticket, 'a')
  expect([refused.status, await refused.json()]).toMatchObject([400, { detail: expect.stringContaining('takes no') }])
  expect((await desk.call(ticket, { method: 'DELETE' })).status).toBe(204)
})

test('whatever the key is, the answer is 201 or 400', async () => {
  const text = fc.oneof(
    fc.stringMatching(/^[\t -~]{0,220}$/),
    fc.uint8Array({ maxLength: 30 }).map((bytes) => Buffer.from(bytes).toString('latin1')),
  )
  await fc.assert(
    fc.asyncProperty(text, async (key) => {
      const head = [
        'POST /api/v1/tickets HTTP/1.1',
        'Host: localhost',
        `Authorization: Bearer ${keys.acme}`,
        'Content-Type: application/json',
        `Content-Length: ${body.length}`,
        'Connection: close',
      ]
      const bytes = Buffer.from([...head, `Idempotency-Key: ${key}`, '', body].join('\r\n'), 'latin1')
      const { status, text: answer } = await rawRequest(desk.port, [bytes], {
        pauseMs: 0,
        silenceMs: 40,
        patienceMs: 200,
      })
      if (answer !== '') expect([201, 400]).toContain(status)
    }),
    { numRuns: 400 },
  )
}, 60_000)
