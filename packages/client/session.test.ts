/** Sessions of the client against the whole server, over a network that loses answers. */
import { randomBytes } from 'node:crypto'
import { modules } from '@rowhouse/helpdesk'
import { postgres18, server } from '@rowhouse/testing'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { startTestPlatform, type TestPlatform } from '../../apps/server/test-platform.ts'
import { type Auth, type Client, createClient, session, SessionEnded, type SignedIn } from './client.ts'
import { type FaultProxy, faultProxy } from './fault-proxy.fixture.ts'

let running: TestPlatform
let proxy: FaultProxy
let anybody: Client
const email = `gavin-${randomBytes(4).toString('hex')}@hooli.example`
const password = 'a quiet row of houses'
let tokens: SignedIn

beforeAll(async () => {
  running = await startTestPlatform(await server(postgres18), modules)
  const client = createClient({ origin: running.origin })
  await client.auth.signUp({ email, password, name: 'Gavin', organization: 'Hooli' })
})
afterAll(() => running?.stop())
beforeEach(async () => {
  proxy = await faultProxy(running.origin)
  anybody = createClient({ origin: proxy.origin, retries: { delayMs: 2 } })
  tokens = await anybody.auth.signIn({ email, password })
  proxy.seen.length = 0
})
afterEach(() => proxy.close())

const work = (auth: Auth) => anybody.as(auth).members.list().page()
const refreshes = () => proxy.seen.filter(({ line }) => line === 'POST /auth/refresh').length
const failure = (call: Promise<unknown>): Promise<unknown> =>
  call.then(
    () => undefined,
    (error: unknown) => error,
  )
/** A session whose access token the server refuses: the next call renews it. */
const refused = { accessToken: 'e30.e30.e30', expiresIn: 600 }

test('an access token that is good is used as it is', async () => {
  await work(session(tokens))
  expect(proxy.seen.map(({ line }) => line)).toEqual(['GET /api/v1/members'])
})

test('it is renewed before it expires', async () => {
  const gavin = session({ ...tokens, expiresIn: 1 })
  await work(gavin)
  expect(refreshes()).toBe(0)
  await new Promise((resolve) => setTimeout(resolve, 950))
  await work(gavin)
  await work(gavin)
  expect(refreshes()).toBe(1)
})

test.each([
  ['that have no access token yet', {}],
  ['whose access token is refused', refused],
])('a hundred calls at once %s renew it once', async (_, access) => {
  const rotated: string[] = []
  const gavin = session({
    refreshToken: tokens.refreshToken,
    ...access,
    onRotate: (token) => void rotated.push(token),
  })
  const pages = await Promise.all(Array.from({ length: 100 }, () => work(gavin)))
  expect(pages.every(({ items }) => items.length === 1)).toBe(true)
  expect(refreshes()).toBe(1)
  expect(rotated).toHaveLength(1)
})

test('a token that stays refused is renewed once, not for ever', async () => {
  proxy.faults.push({ status: 401 }, null, { status: 401 }, { status: 401 })
  expect(await failure(work(session(tokens)))).toMatchObject({ status: 401, operation: 'members.list' })
  expect(proxy.seen.map(({ line }) => line)).toEqual([
    'GET /api/v1/members',
    'POST /auth/refresh',
    'GET /api/v1/members',
  ])
})

test.each(['lost', 'answer lost', 'answer cut'] as const)('a renewal survives: %s', async (fault) => {
  const rotated: string[] = []
  const gavin = session({
    refreshToken: tokens.refreshToken,
    onRotate: (token) => void rotated.push(token),
  })
  proxy.faults.push(fault, fault)
  expect((await work(gavin)).items).toHaveLength(1)
  expect(refreshes()).toBe(3)

  // The session lives on: what was kept is the newest token.
  const later = session({ refreshToken: rotated.at(-1)!, ...refused })
  expect((await work(later)).items).toHaveLength(1)
})

test('the new refresh token is kept before it is used, and not lost when keeping it fails', async () => {
  let kept = ''
  const gavin = session({
    refreshToken: tokens.refreshToken,
    async onRotate(token) {
      expect(proxy.seen.some(({ line }) => line.startsWith('GET'))).toBe(false)
      if (kept === '') {
        kept = token
        throw new Error('The disk is full')
      }
    },
  })
  await expect(work(gavin)).rejects.toThrow('The disk is full')
  expect((await work(gavin)).items).toHaveLength(1)
  expect(refreshes()).toBe(1)
})

test('a caller who gives up does not end the renewal for the others', async () => {
  const gavin = session({ refreshToken: tokens.refreshToken })
  const controller = new AbortController()
  const client = anybody.as(gavin)
  const impatient = failure(client.members.list({}, { signal: controller.signal }).page())
  const patient = client.members.list().page()
  controller.abort(new Error('enough'))
  expect(await impatient).toMatchObject({ message: 'enough' })
  expect((await patient).items).toHaveLength(1)
  expect(refreshes()).toBe(1)
})

test('a renewal is repeated even where other calls no longer are', async () => {
  const spent = createClient({ origin: proxy.origin, retries: { delayMs: 2, attempts: 1, budget: 0 } })
  proxy.faults.push('answer lost', 'lost')
  const gavin = spent.as(session({ refreshToken: tokens.refreshToken }))
  expect((await gavin.members.list().page()).items).toHaveLength(1)
  expect(refreshes()).toBe(3)
})

test('when a session ends after a command was lost, the command is what the caller hears of', async () => {
  proxy.faults.push('answer lost', { status: 401 }, { status: 401 })
  const gavin = anybody.as(session(tokens))
  const ticket = { subject: 'Lost', body: 'Or not', customer: { email: 'ines@example.com' } }
  const error = await failure(gavin.tickets.open(ticket))
  expect(error).toMatchObject({ operation: 'tickets.open', mayHaveHappened: true, attempts: 2 })
  expect((await gavin.tickets.list({ q: 'Lost' }).page()).items).toHaveLength(1)
})

test('a session that was ended elsewhere is over, with the reason', async () => {
  await anybody.auth.signOut({ refreshToken: tokens.refreshToken })
  const error = await failure(work(session({ refreshToken: tokens.refreshToken })))
  expect(error).toBeInstanceOf(SessionEnded)
  expect(error).toMatchObject({ cause: { code: 'identity.session_over', operation: 'auth.refresh' } })
})

describe('tabs that share a token', () => {
  let stored: string | null
  const tab = (access: object = refused) =>
    session({ refreshToken: () => stored, onRotate: (token) => void (stored = token), ...access })
  beforeEach(() => {
    stored = tokens.refreshToken
  })

  test('renew it in turn for as long as they like', async () => {
    for (let turn = 0; turn < 5; turn += 1)
      for (const each of [tab(), tab()]) expect((await work(each)).items).toHaveLength(1)
    expect(refreshes()).toBe(10)
  })

  test('renew it at the same moment', async () => {
    const tabs = Array.from({ length: 8 }, () => tab())
    for (const { items } of await Promise.all(tabs.map(work))) expect(items).toHaveLength(1)
    expect((await work(tab())).items).toHaveLength(1)
  })

  test('find what another one has signed in again', async () => {
    const old = tokens.refreshToken
    await anybody.auth.signOut({ refreshToken: old })
    const { refreshToken } = await anybody.auth.signIn({ email, password })
    let reads = 0
    const late = session({
      refreshToken: () => ((reads += 1) === 1 ? old : refreshToken),
      onRotate: () => {},
    })
    expect((await work(late)).items).toHaveLength(1)
  })

  test.each([
    ['another person', 'erlich-2@aviato.example'],
    ['another tenant', 'erlich-1@aviato.example'],
  ])('end when the token is suddenly of %s', async (_, otherEmail) => {
    const newcomer = { password, name: 'Erlich', organization: 'Aviato' }
    const one = await anybody.auth.signUp({ ...newcomer, email: 'erlich-1@aviato.example' })
    const other = await anybody.auth.signUp({ ...newcomer, email: otherEmail })
    const ones = tab({ accessToken: one.accessToken, expiresIn: 0 })
    stored = other.refreshToken
    expect(await failure(work(ones))).toBeInstanceOf(SessionEnded)
    // Whose token it is can go on with it.
    expect((await work(tab())).items).toMatchObject([{ id: other.member.id }])
  })

  test('are signed out together', async () => {
    stored = null
    expect(await failure(work(tab()))).toBeInstanceOf(SessionEnded)
    expect(proxy.seen.filter(({ line }) => line === 'POST /auth/refresh')).toHaveLength(0)
  })
})
