/** The client against the whole server, in three tiers. */
import { randomBytes } from 'node:crypto'
import { modules } from '@rowhouse/helpdesk'
import { postgres18, server } from '@rowhouse/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startTestPlatform, type TestPlatform } from '../../apps/server/test-platform.ts'
import { ApiError, apiKey, type Client, createClient, etagOf, isProblem, session, SessionEnded } from './client.ts'
import { createOperatorClient } from './operator.ts'

let running: TestPlatform
beforeAll(async () => {
  running = await startTestPlatform(await server(postgres18), modules)
})
afterAll(() => running?.stop())

const failure = (call: Promise<unknown>): Promise<unknown> =>
  call.then(
    () => undefined,
    (error: unknown) => error,
  )
const absent = '019ab5a0-9e14-7b60-8c1f-5d2a7e904b18'
const subjects = (tickets: readonly { readonly subject: string }[]) => tickets.map(({ subject }) => subject)

describe.each(['shared', 'schema', 'database'])('in the %s tier', (tier) => {
  let client: Client
  beforeAll(() => {
    const { key } = running.tenants.find(({ slug }) => slug === `alpha-${tier}`)!
    client = createClient({ origin: running.origin, auth: apiKey(key) })
  })
  const open = (subject: string) =>
    client.tickets.open({ subject, body: 'Please help', customer: { email: 'ines@example.com' }, priority: 'high' })

  test('a ticket is opened, shown, changed and commented on', async () => {
    const { id } = await open('Printer on fire')
    expect(await client.tickets.show({ id })).toMatchObject({ id, subject: 'Printer on fire', priority: 'high' })
    expect(await client.tickets.update({ id, status: 'solved' })).toMatchObject({ id, status: 'solved' })
    await client.comments.add({ ticketId: id, body: 'Put out', visibility: 'internal' })
    const { items } = await client.comments.list({ ticketId: id }).page()
    expect(items.map(({ body }) => body)).toEqual(['Please help', 'Put out'])
  })

  test('a list is read to its end, item by item or page by page, from any cursor', async () => {
    const wanted = ['one', 'two', 'three', 'four', 'five'].map((word) => `Paged ${word}`)
    for (const subject of wanted) await open(subject)
    const list = client.tickets.list({ q: 'Paged', sort: 'number', limit: 2 })

    const items = []
    for await (const ticket of list) items.push(ticket)
    expect(subjects(items)).toEqual(wanted)

    const pages = []
    for await (const page of list.pages()) pages.push(subjects(page.items))
    expect(pages).toEqual([wanted.slice(0, 2), wanted.slice(2, 4), wanted.slice(4)])

    const first = await list.page()
    const rest = []
    for await (const ticket of client.tickets.list({ q: 'Paged', sort: 'number', cursor: first.nextCursor! }))
      rest.push(ticket)
    expect(subjects(rest)).toEqual(wanted.slice(2))
  })

  test('whoever stops reading stops asking', async () => {
    let asked = 0
    const counting = createClient({
      origin: running.origin,
      auth: apiKey(running.tenants.find(({ slug }) => slug === `alpha-${tier}`)!.key),
      onAttempt: () => (asked += 1),
    })
    for await (const _ of counting.tickets.list({ limit: 1 })) break
    expect(asked).toBe(1)
  })

  test('a change is made only if the ticket is still what was seen', async () => {
    const { id } = await open('Guarded')
    const seen = await client.tickets.show({ id })
    const changed = await client.tickets.update({ id, priority: 'low' }, { ifMatch: etagOf(seen) })
    const late = await failure(client.tickets.update({ id, priority: 'urgent' }, { ifMatch: etagOf(seen) }))
    expect(isProblem(late, 'http.precondition_failed')).toBe(true)
    expect(await client.tickets.update({ id, tags: ['seen'] }, { ifMatch: etagOf(changed) })).toMatchObject({
      priority: 'low',
      tags: ['seen'],
    })
    expect(() => etagOf({ ...seen })).toThrow(TypeError)
    await expect(
      client.tickets.update({ id, priority: 'urgent' }, { ifMatch: undefined as unknown as string }),
    ).rejects.toThrow('ifMatch')
  })

  test('mail goes in as bytes or text', async () => {
    const mail = (id: string) =>
      `From: Ines <ines@example.com>\r\nTo: desk@example.com\r\nSubject: By mail\r\nMessage-ID: <${id}@example.com>\r\n\r\nHello\r\n`
    const text = await client.inboundMail.receive(mail('text'))
    const bytes = await client.inboundMail.receive(new TextEncoder().encode(mail('bytes')))
    for (const { ticketId } of [text, bytes])
      expect(await client.tickets.show({ id: ticketId })).toMatchObject({ subject: 'By mail' })
  })

  test('what the API refuses is an ApiError with code, words and request id', async () => {
    const missing = await failure(client.tickets.show({ id: absent }))
    expect(missing).toBeInstanceOf(ApiError)
    expect(isProblem(missing, 'desk.ticket_not_found')).toBe(true)
    expect(isProblem(missing, 'desk.ticket_closed')).toBe(false)
    expect(missing).toMatchObject({ status: 404, operation: 'tickets.show', attempts: 1, mayHaveHappened: false })
    expect((missing as ApiError).requestId).toMatch(/^[\da-f-]{36}$/)

    const invalid = await failure(client.tickets.open({ subject: '', body: 'x', customer: { email: 'no address' } }))
    expect(isProblem(invalid, 'http.invalid_request')).toBe(true)
    expect((invalid as ApiError).errors.map(({ pointer }) => pointer).toSorted()).toEqual([
      '/customer/email',
      '/subject',
    ])
  })

  test('a key is made and revoked, and what answers 204 gives nothing', async () => {
    const { id, secret } = await client.apiKeys.create({ name: 'narrow', permissions: ['desk:read'] })
    const narrow = client.as(apiKey(secret))
    expect((await narrow.tickets.list().page()).items.length).toBeGreaterThan(0)
    expect(isProblem(await failure(narrow.members.list().page()), 'http.forbidden')).toBe(true)
    expect(await client.apiKeys.revoke({ id })).toBeUndefined()
    expect(isProblem(await failure(narrow.tickets.list().page()), 'http.unauthenticated')).toBe(true)
  })
})

test('somebody signs up, works in a session and signs out', async () => {
  const anybody = createClient({ origin: running.origin })
  const email = `gavin-${randomBytes(4).toString('hex')}@hooli.example`
  const password = 'a quiet row of houses'
  const signedUp = await anybody.auth.signUp({ email, password, name: 'Gavin', organization: 'Hooli' })
  const gavin = anybody.as(session(signedUp))
  expect((await gavin.members.list().page()).items).toMatchObject([{ email, role: 'owner' }])

  const rotated: string[] = []
  const signedIn = await anybody.auth.signIn({ email, password })
  const again = anybody.as(
    session({ refreshToken: signedIn.refreshToken, onRotate: (token) => void rotated.push(token) }),
  )
  expect((await again.members.list().page()).items).toHaveLength(1)
  expect(rotated).toHaveLength(1)

  await anybody.auth.signOut({ refreshToken: rotated[0]! })
  const late = await failure(
    anybody
      .as(session({ refreshToken: rotated[0]! }))
      .members.list()
      .page(),
  )
  expect(late).toBeInstanceOf(SessionEnded)
  expect((late as SessionEnded).cause).toMatchObject({ status: 401, code: 'identity.session_over' })
})

test('operators have a client of their own', async () => {
  const operator = createOperatorClient({ origin: running.origin, auth: apiKey(running.operatorKey) })
  expect(await operator.tenants.show({ tenant: 'alpha-schema' })).toMatchObject({ tier: 'schema' })
})

test('an id cannot lead to another operation', async () => {
  const client = createClient({ origin: running.origin, auth: apiKey(running.tenants[0]!.key) })
  for (const id of ['', '.', '..']) await expect(client.apiKeys.revoke({ id })).rejects.toThrow(TypeError)
  for (const id of ['../tickets', '%2e%2e', '?limit=1', '#', 'a/b'])
    expect(await failure(client.customers.show({ id }))).toBeInstanceOf(ApiError)
  // @ts-expect-error: an id is a must
  await expect(client.tickets.show({})).rejects.toThrow('id cannot be undefined')
})

test('an origin that is not one is refused at once', () => {
  for (const origin of ['', 'example.com', 'file:///etc/passwd'])
    expect(() => createClient({ origin })).toThrow(TypeError)
})
