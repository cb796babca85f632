import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { acme, type Desk, openDesk, ticketOf } from './desk.fixture.ts'
import { conditionsOf, entityTag, isNamed } from './entity-tag.ts'
import { htmlPage } from './http.ts'

let desk: Desk
beforeAll(async () => {
  const tagged = { ...htmlPage('/tagged', '<p>Hello'), headers: { etag: '"a"' } }
  desk = await openDesk({ pages: [tagged] })
})
afterAll(() => desk[Symbol.asyncDispose]())

const path = `/api/v1/tickets/${ticketOf[acme]}`
const etag = async () => (await desk.call(path)).headers.get('etag')!

test('a list of entity tags is read as RFC 9110 writes it', () => {
  const tags = (text: string) => conditionsOf({ 'if-match': text })?.ifMatch
  expect(tags('*')).toBe('*')
  expect(tags('"a"')).toEqual(['"a"'])
  expect(tags(' "a" , W/"b,c",\t"" ')).toEqual(['"a"', 'W/"b,c"', '""'])
  expect(conditionsOf({})).toBeUndefined()
  for (const wrong of ['', 'a', '"a', 'w/"a"', '"a" "b"', '"a",', '*, "a"', '"a\u0000"', "'a'"]) {
    expect(() => tags(wrong), wrong).toThrow(expect.objectContaining({ code: 'http.invalid_request' }))
  }
})

test('If-Match compares strongly, If-None-Match weakly', () => {
  const tag = entityTag('body')
  expect(() => isNamed({ ifMatch: [`W/${tag}`], ifNoneMatch: undefined }, tag)).toThrow()
  expect(isNamed({ ifMatch: [tag], ifNoneMatch: undefined }, tag)).toBe(false)
  expect(isNamed({ ifMatch: '*', ifNoneMatch: [`W/${tag}`] }, tag)).toBe(true)
})

test('every GET has a tag; who names it gets 304 without a body, also from HEAD and from pages', async () => {
  const tag = await etag()
  for (const [url, named] of [
    [path, tag],
    ['/tagged', '"a"'],
  ] as const) {
    for (const method of ['GET', 'HEAD']) {
      const answer = await desk.call(url, { method, headers: { 'if-none-match': `"x", W/${named}` } })
      expect([answer.status, await answer.text(), answer.headers.get('etag')]).toEqual([304, '', named])
      expect(answer.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/)
    }
  }
  expect((await desk.call(path, { headers: { 'if-match': '"other"' } })).status).toBe(412)
  expect((await desk.call(path, { headers: { 'if-match': tag } })).status).toBe(200)
})

test('a change goes by the tag of what it finds, and has that of what it leaves', async () => {
  const tag = await etag()
  const change = (headers: Record<string, string>) =>
    desk.call(path, { method: 'PATCH', body: '{}', headers: { 'content-type': 'application/json', ...headers } })
  expect((await change({ 'if-match': tag })).headers.get('etag')).toBe(tag)
  expect((await change({ 'if-match': '*' })).status).toBe(200)
  expect((await change({ 'if-match': '"other"' })).status).toBe(412)
  expect((await change({ 'if-none-match': '*' })).status).toBe(412)
})

test('a condition that the operation cannot check is refused, not ignored', async () => {
  const answer = await desk.call(`${path}/close`, { method: 'POST', headers: { 'if-match': '*' } })
  expect(answer.status).toBe(400)
  expect(await answer.json()).toMatchObject({ detail: expect.stringContaining('If-Match') })
})

test('whatever the conditions are, the answer is one of those that there are', async () => {
  const tag = await etag()
  const piece = fc.oneof(
    fc.constantFrom('*', tag, `W/${tag}`, '"', ',', 'W/', '""', ' '),
    fc.stringMatching(/^[ -~]{0,12}$/),
  )
  const header = fc.array(piece, { maxLength: 5 }).map((pieces) => pieces.join(''))
  await fc.assert(
    fc.asyncProperty(fc.constantFrom('GET', 'PATCH'), header, header, async (method, ifMatch, ifNoneMatch) => {
      const { status } = await desk.call(path, {
        method,
        headers: { 'if-match': ifMatch, 'if-none-match': ifNoneMatch, 'content-type': 'application/json' },
        ...(method === 'PATCH' ? { body: '{}' } : {}),
      })
      expect([200, 304, 400, 412]).toContain(status)
    }),
    { numRuns: 500 },
  )
}, 30_000)
