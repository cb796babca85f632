import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { type Desk, acme, openDesk, operation, operations, ticketOf } from './desk.fixture.ts'
import { createHttpServer } from './http.ts'
import { rawRequest } from './raw-request.fixture.ts'

let desk: Desk
beforeAll(async () => {
  desk = await openDesk()
})
afterAll(() => desk.server.close())

const id = ticketOf[acme]
type Body = string | Uint8Array<ArrayBuffer>
const send = (path: string, body: Body, method = 'POST') =>
  desk.call(path, { method, body, headers: { 'content-type': 'application/json' } })
const open = (body: Body) => send('/api/v1/tickets', body)
const get = (query: string) => desk.call(`/api/v1/tickets${query}`)

async function pointers(answer: Promise<Response>): Promise<string[]> {
  const { status, errors } = (await (await answer).json()) as { status: number; errors: { pointer: string }[] }
  expect(status).toBe(400)
  return errors.map(({ pointer }) => pointer)
}

describe('an invalid field is named by a pointer into the input', () => {
  const deep = `{"subject":"x","custom":${'{"a":'.repeat(40)}1${'}'.repeat(40)}}`
  const bodies: [string, Body, string[]][] = [
    ['a missing field', '{}', ['/subject']],
    ['a wrong type', '{"subject":1}', ['/subject']],
    ['several at once', '{"subject":"","priority":"urgent","tags":["a",1]}', ['/subject', '/priority', '/tags/1']],
    ['an unknown field', '{"subject":"x","isAdmin":true}', ['/isAdmin']],
    ['an unknown field, deep', '{"subject":"x","requester":{"email":"a@b.cd","role":"owner"}}', ['/requester/role']],
    ['a tenant of the caller’s choice', '{"subject":"x","tenantId":"1","tenant_id":"2"}', ['/tenantId', '/tenant_id']],
    ['__proto__', '{"subject":"x","__proto__":{"isAdmin":true}}', ['/__proto__']],
    ['__proto__, escaped', '{"subject":"x","\\u005f_proto__":1}', ['/__proto__']],
    ['__proto__, deep in free data', '{"subject":"x","custom":{"a":[{"__proto__":1}]}}', ['/custom/a/0/__proto__']],
    ['constructor', '{"subject":"x","custom":{"constructor":{"prototype":{}}}}', ['/custom/constructor']],
    ['U+0000 in a text', '{"subject":"a\\u0000b"}', ['/subject']],
    ['U+0000 in a name', '{"subject":"x","custom":{"a\\u0000":1}}', ['/custom/a\0']],
    ['half of a surrogate pair', '{"subject":"\\ud800"}', ['/subject']],
    ['a name with slash and tilde', '{"subject":"x","a/b~c":1}', ['/a~1b~0c']],
    ['nesting without end', deep, [`/custom${'/a'.repeat(31)}`]],
    ['nesting of a million', '['.repeat(2 ** 20 - 1), ['']],
    ['invalid JSON', '{"subject":', ['']],
    ['an empty body', '', ['']],
    ['an array', '[]', ['']],
    ['null', 'null', ['']],
    ['a text', '"x"', ['']],
    ['invalid UTF-8', new Uint8Array([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]), ['']],
    ['NaN', '{"subject":NaN}', ['']],
  ]
  test.each(bodies)('body: %s', async (_name, body, expected) => {
    expect(await pointers(open(body))).toEqual(expected)
  })

  const queries: [string, string, string[]][] = [
    ['not a number', '?limit=ten', ['/limit']],
    ['an empty number', '?limit=', ['/limit']],
    ['a number with words', '?limit=1e1', ['/limit']],
    ['too many', '?limit=101', ['/limit']],
    ['not a boolean', '?open=1', ['/open']],
    ['an unknown field', '?limit=1&tenant=globex', ['/tenant']],
    ['a field sent twice', '?limit=1&limit=2', ['/limit']],
    ['a field sent twice, once escaped', '?limit=1&%6cimit=2', ['/limit']],
    ['a name with brackets', '?limit[]=1', ['/limit[]']],
    ['__proto__', '?__proto__=1', ['/__proto__']],
    ['constructor', '?constructor=1', ['/constructor']],
    ['U+0000', '?cursor=%00', ['/cursor']],
    ['broken percent encoding', '?cursor=%f', ['']],
    ['invalid UTF-8', '?cursor=%ff', ['']],
    ['too many fields', `?${'a&'.repeat(101)}`, ['']],
    ['a made-up cursor', '?cursor=abc', ['/cursor']],
  ]
  test.each(queries)('query: %s', async (_name, query, expected) => {
    expect(await pointers(get(query))).toEqual(expected)
  })

  test('path: not an id', async () => {
    expect(await pointers(desk.call('/api/v1/tickets/1'))).toEqual(['/id'])
    expect(await pointers(desk.call(`/api/v1/tickets/${'x'.repeat(9_000)}`))).toEqual(['/id'])
    expect(await pointers(desk.call('/api/v1/tickets/a%00'))).toEqual(['/id'])
  })
})

describe('one field has one place', () => {
  test("a path's parameter is refused in the body and in the query, even with the same value", async () => {
    expect(await pointers(send(`/api/v1/tickets/${id}`, JSON.stringify({ id }), 'PATCH'))).toEqual(['/id'])
    expect(await pointers(desk.call(`/api/v1/tickets/${id}?id=${id}`))).toEqual(['/id'])
  })

  test("a body's field is refused in the query", async () => {
    expect(await pointers(send('/api/v1/tickets?subject=y', '{"subject":"x"}'))).toEqual(['/subject'])
    expect(await pointers(send('/api/v1/inbound-mail?subject=y', 'x'))).toEqual(['/subject'])
  })

  test('GET and DELETE take no body', async () => {
    const head = `HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer acme-key\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}`
    const answer = await rawRequest(desk.port, `GET /api/v1/tickets ${head}`)
    expect(answer.status).toBe(400)
    expect((await send(`/api/v1/tickets/${id}`, '{}', 'DELETE')).status).toBe(400)
  })
})

describe('valid input arrives', () => {
  test('typed, with defaults', async () => {
    expect((await get('?limit=5&open=true&tags=a,b')).status).toBe(200)
    const opened = await open('{"subject":"Grüße 🖨"}')
    expect(opened.status).toBe(201)
    expect(await opened.json()).toMatchObject({ subject: 'Grüße 🖨' })
  })

  test('an operation without fields of its own needs no body', async () => {
    expect((await desk.call(`/api/v1/tickets/${id}/close`, { method: 'POST' })).status).toBe(200)
    expect((await send(`/api/v1/tickets/${id}/close`, '{}')).status).toBe(200)
    expect(await pointers(send(`/api/v1/tickets/${id}/close`, '{"a":1}'))).toEqual(['/a'])
  })

  test('bytes of the declared type, as they are', async () => {
    const body = new Uint8Array([0, 255, 13, 10])
    const answer = await desk.call('/api/v1/inbound-mail', {
      method: 'POST',
      body,
      headers: { 'content-type': 'Message/RFC822' },
    })
    expect(await answer.json()).toEqual({ bytes: 4 })
  })

  test('204 has no body', async () => {
    const answer = await desk.call(`/api/v1/tickets/${id}`, { method: 'DELETE' })
    expect([answer.status, await answer.text()]).toEqual([204, ''])
  })
})

test('what the output schema does not declare does not leave', async () => {
  expect(await (await get('')).text()).not.toContain('secretNote')
})

test('a hostile body gets a small answer', async () => {
  const names = Array.from({ length: 50_000 }, (_, index) => `"n${index}":1`)
  const answer = await (await open(`{${names.join(',')}}`)).text()
  expect(answer.length).toBeLessThan(10_000)
  const wrong = await (await open(`{"subject":"x","tags":[${'1,'.repeat(50_000)}1]}`)).text()
  expect(wrong.length).toBeLessThan(10_000)
  const long = await (await open(`{"${'n'.repeat(500_000)}":1}`)).text()
  expect(long.length).toBeLessThan(10_000)
})

describe('a careless declaration does not start', () => {
  const mount = (declared: Parameters<typeof operation>[1]) => () =>
    createHttpServer({ ...desk.options, operations: [...operations, operation('a.b', declared)] })
  const run = () => ({})

  test('an object inside that lets unknown fields through', () => {
    const input = z.object({ list: z.array(z.object({ a: z.string() })) })
    expect(mount({ http: 'POST /a', input, run })).toThrow(
      'a.b: input.list[] lets unknown fields through: use z.strictObject',
    )
  })
  test('a path parameter that is not in the input', () => {
    expect(mount({ http: 'GET /a/:id', input: z.object({}), run })).toThrow(
      "a.b: the path's :id is not a field of the input",
    )
  })
  test('output that is not JSON', () => {
    const output = z.object({ at: z.date() })
    expect(mount({ http: 'GET /a', input: z.object({}), output, run })).toThrow(
      'a.b: the output is not JSON: Error: Date',
    )
  })
  test('input that is no object', () => {
    expect(mount({ http: 'POST /a', input: z.string(), run })).toThrow('a.b: the input must be a z.object')
  })
  test('an example that cannot be made', () => {
    const input = z.object({ code: z.string().regex(/^[A-Z]{3}$/) })
    expect(mount({ http: 'POST /a', input, run })).toThrow('a.b: no example')
  })
})
