/** What a client does when the network or the server fails: the whole server behind a proxy that fails on purpose. */
import { randomUUID } from 'node:crypto'
import { createServer } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { modules } from '@rowhouse/helpdesk'
import { postgres18, server } from '@rowhouse/testing'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { startTestPlatform, type TestPlatform } from '../../apps/server/test-platform.ts'
import { ApiError, apiKey, type Client, createClient, NoAnswer, type RetryOptions } from './client.ts'
import { type Fault, type FaultProxy, faultProxy } from './fault-proxy.fixture.ts'

let running: TestPlatform
let proxy: FaultProxy
beforeAll(async () => {
  running = await startTestPlatform(await server(postgres18), modules)
})
afterAll(() => running?.stop())
beforeEach(async () => {
  proxy = await faultProxy(running.origin)
})
afterEach(() => proxy.close())

const quick = { delayMs: 2, timeoutMs: 5_000 }
const clientOf = (retries: RetryOptions = {}): Client =>
  createClient({ origin: proxy.origin, auth: apiKey(running.tenants[0]!.key), retries: { ...quick, ...retries } })

const failure = (call: Promise<unknown>): Promise<unknown> =>
  call.then(
    () => undefined,
    (error: unknown) => error,
  )
const unavailable = { status: 503, headers: { 'retry-after': '0' } }
const gateway = { status: 502, headers: { 'content-type': 'text/html' }, body: '<h1>Bad gateway</h1>' }
const ticket = { subject: 'Once', body: 'Only once', customer: { email: 'ines@example.com' } }

describe('what only reads', () => {
  const passing: Fault[] = ['lost', 'answer lost', 'answer cut', unavailable, gateway, { status: 429 }, { status: 408 }]

  test.each(passing.map((fault) => [typeof fault === 'string' ? fault : fault.status, fault] as const))(
    'is asked for again after: %s',
    async (_, fault) => {
      proxy.faults.push(fault, fault)
      expect((await clientOf().members.list().page()).items).toHaveLength(1)
      expect(proxy.seen).toHaveLength(3)
    },
  )

  test('is not asked for again when the answer is no', async () => {
    proxy.always = { status: 404 }
    expect(await failure(clientOf().members.list().page())).toMatchObject({ status: 404, code: 'unknown', attempts: 1 })
    expect(proxy.seen).toHaveLength(1)
  })

  test('is given up after as many attempts as agreed', async () => {
    proxy.always = 'lost'
    const error = await failure(clientOf({ attempts: 3 }).members.list().page())
    expect(error).toBeInstanceOf(NoAnswer)
    expect(error).toMatchObject({ operation: 'members.list', attempts: 3, mayHaveHappened: false })
    expect(proxy.seen).toHaveLength(3)
  })

  test('is given up at once when the server wants more time than there is', async () => {
    proxy.always = { status: 503, headers: { 'retry-after': '60' } }
    const error = await failure(clientOf().members.list().page())
    expect(error).toMatchObject({ status: 503, attempts: 1, retryAfterMs: 60_000 })
  })

  test('does not wait for a silent server beyond timeout and deadline', async () => {
    proxy.always = 'silence'
    const startedAtMs = Date.now()
    const error = await failure(clientOf({ timeoutMs: 100, deadlineMs: 350 }).members.list().page())
    expect(error).toBeInstanceOf(NoAnswer)
    expect((error as NoAnswer).cause).toMatchObject({ name: 'TimeoutError' })
    expect((error as NoAnswer).attempts).toBeGreaterThan(1)
    expect(Date.now() - startedAtMs).toBeLessThan(1_000)
  })

  test('waits as long as the server asks, and longer each time when it does not', async () => {
    const startedAtMs = Date.now()
    proxy.faults.push({ status: 429, headers: { 'retry-after': '1' } })
    await clientOf().members.list().page()
    expect(Date.now() - startedAtMs).toBeGreaterThanOrEqual(1_000)

    const waits: number[] = []
    let lastMs = Date.now()
    proxy.always = gateway
    const client = createClient({
      origin: proxy.origin,
      retries: { delayMs: 40, attempts: 5 },
      onAttempt({ durationMs }) {
        waits.push(Date.now() - lastMs - durationMs)
        lastMs = Date.now()
      },
    })
    await failure(client.auth.keys())
    const floors = [0, 20, 40, 80, 160]
    expect(waits).toHaveLength(floors.length)
    for (const [at, floor] of floors.entries()) expect(waits[at]).toBeGreaterThanOrEqual(floor - 2)
  })
})

test('a server in distress gets little more than it would have got anyway', async () => {
  proxy.always = unavailable
  const client = clientOf({ budget: 20 })
  await Promise.all(Array.from({ length: 200 }, () => failure(client.members.list().page())))
  expect(proxy.seen.length).toBeLessThanOrEqual(220)
  expect(proxy.seen.length).toBeGreaterThan(200)

  proxy.always = null
  for (let at = 0; at < 20; at += 1) await client.members.list().page()
  proxy.faults.push('lost')
  expect((await client.members.list().page()).items).toHaveLength(1)
})

describe('a command without a key', () => {
  test.each(['lost', 'answer lost', 'answer cut'] as const)(
    'is sent once, and what became of it is said to be unknown: %s',
    async (fault) => {
      proxy.faults.push(fault)
      const error = await failure(clientOf().tickets.open(ticket, { idempotencyKey: false }))
      expect(error).toBeInstanceOf(NoAnswer)
      expect(error).toMatchObject({ attempts: 1, mayHaveHappened: true, idempotencyKey: undefined })
      expect(proxy.seen).toHaveLength(1)
    },
  )

  test('that found nobody listening has not happened, and says so', async () => {
    const nobody = createServer().listen(0, '127.0.0.1')
    await once(nobody, 'listening')
    const origin = `http://127.0.0.1:${(nobody.address() as AddressInfo).port}`
    nobody.close()
    const client = createClient({ origin, auth: apiKey('rhk_x'), retries: { ...quick, attempts: 2 } })
    const error = await failure(client.tickets.open(ticket))
    expect(error).toBeInstanceOf(NoAnswer)
    expect(error).toMatchObject({
      attempts: 2,
      mayHaveHappened: false,
      message: expect.stringContaining('ECONNREFUSED'),
    })
  })

  test('that was refused has not happened', async () => {
    const error = await failure(clientOf().tickets.open({ ...ticket, subject: '' }, { idempotencyKey: false }))
    expect(error).toMatchObject({ status: 400, mayHaveHappened: false })
  })
})

describe.each(['shared', 'schema', 'database'])('a command with a key, in the %s tier', (tier) => {
  let client: Client
  beforeEach(() => {
    const { key } = running.tenants.find(({ slug }) => slug === `alpha-${tier}`)!
    client = createClient({ origin: proxy.origin, auth: apiKey(key), retries: quick })
  })
  const titled = (fault: Fault) => ({ ...ticket, subject: `${JSON.stringify(fault)} ${randomUUID()}` })
  const opened = async ({ subject }: { readonly subject: string }) => {
    const { items } = await client.tickets.list({ sort: '-number' }).page()
    return items.filter((each) => each.subject === subject).length
  }

  const passing: Fault[] = ['lost', 'answer lost', 'answer cut', unavailable, gateway, { status: 429 }]
  test.each(passing)('is done once, although it was sent again: %j', async (fault) => {
    proxy.faults.push(fault, fault)
    const wanted = titled(fault)
    const made = await client.tickets.open(wanted)
    expect(await client.tickets.show({ id: made.id })).toEqual(made)
    expect(await opened(wanted)).toBe(1)
    const keys = proxy.seen.slice(0, 3).map(({ headers }) => headers['idempotency-key'])
    expect(new Set(keys).size).toBe(1)
    expect(keys[0]).toMatch(/^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/)
  })

  test('done before is answered as it was then', async () => {
    const heard: boolean[] = []
    const { key } = running.tenants.find(({ slug }) => slug === `alpha-${tier}`)!
    const auth = apiKey(key)
    const listening = createClient({ origin: proxy.origin, auth, onAttempt: (each) => heard.push(each.isReplayed) })
    proxy.faults.push('answer lost')
    await listening.tickets.open(titled('answer lost'))
    expect(heard).toEqual([false, true])
  })

  test('that nobody answered settles later, by its key', async () => {
    const wanted = titled('answer lost')
    proxy.faults.push('answer lost', 'lost', { status: 429 })
    const { key } = running.tenants.find(({ slug }) => slug === `alpha-${tier}`)!
    const retries = { ...quick, attempts: 3 }
    const impatient = createClient({ origin: proxy.origin, auth: apiKey(key), retries })
    const error = (await failure(impatient.tickets.open(wanted))) as ApiError
    // The last answer was a plain no, and yet the command was done.
    expect(error).toMatchObject({ status: 429, attempts: 3, mayHaveHappened: true })
    expect(await opened(wanted)).toBe(1)

    const made = await client.tickets.open(wanted, { idempotencyKey: error.idempotencyKey! })
    expect(await client.tickets.show({ id: made.id })).toEqual(made)
    expect(await opened(wanted)).toBe(1)
  })

  test('sent twice at once is done once, and both get the answer', async () => {
    const wanted = titled('lost')
    const idempotencyKey = randomUUID()
    const [one, other] = await Promise.all([
      client.tickets.open(wanted, { idempotencyKey }),
      client.tickets.open(wanted, { idempotencyKey }),
    ])
    expect(one).toEqual(other)
    expect(await opened(wanted)).toBe(1)
  })

  test('takes a key for one request only', async () => {
    const idempotencyKey = randomUUID()
    await client.tickets.open(titled('lost'), { idempotencyKey })
    const error = await failure(client.tickets.open(titled('lost'), { idempotencyKey }))
    expect(error).toMatchObject({ code: 'http.idempotency_key_reused', attempts: 1, mayHaveHappened: false })
  })
})

describe('the caller’s signal', () => {
  test.each([
    ['while nothing comes', 'silence'],
    ['between two attempts', { status: 503, headers: { 'retry-after': '20' } }],
  ] as const)('ends the call %s', async (_, fault) => {
    proxy.always = fault
    const controller = new AbortController()
    setTimeout(() => controller.abort(new Error('enough')), 50)
    const { signal } = controller
    await expect(clientOf().members.list({}, { signal }).page()).rejects.toThrow('enough')
    expect(proxy.seen).toHaveLength(1)
  })

  test('that has spoken before lets nothing be sent', async () => {
    const signal = AbortSignal.abort(new Error('never'))
    await expect(clientOf().members.list({}, { signal }).page()).rejects.toThrow('never')
    expect(proxy.seen).toHaveLength(0)
  })
})

test('a redirect is not followed: the token goes to the origin and nowhere else', async () => {
  const elsewhere = createServer((_, answer) => answer.end('{}'))
  let asked = 0
  elsewhere.on('request', () => (asked += 1))
  await once(elsewhere.listen(0, '127.0.0.1'), 'listening')
  const { port } = elsewhere.address() as AddressInfo
  proxy.always = { status: 307, headers: { location: `http://127.0.0.1:${port}/` } }
  expect(await failure(clientOf({ attempts: 2 }).members.list().page())).toBeInstanceOf(NoAnswer)
  expect(asked).toBe(0)
  elsewhere.close()
})

test('every attempt can be heard of', async () => {
  const heard: unknown[] = []
  proxy.faults.push('lost', gateway)
  const auth = apiKey(running.tenants[0]!.key)
  const client = createClient({ origin: proxy.origin, auth, retries: quick, onAttempt: (each) => heard.push(each) })
  await client.members.list().page()
  expect(heard).toMatchObject([
    { operation: 'members.list', number: 1, status: undefined },
    { number: 2, status: 502 },
    { number: 3, status: 200 },
  ])
})

test('an answer that is not the API’s is still an error that says where it came from', async () => {
  proxy.always = { status: 418, headers: { 'x-request-id': 'edge-1' } }
  const error = (await failure(clientOf().members.list().page())) as ApiError
  expect(error).toMatchObject({ status: 418, code: 'unknown', requestId: 'edge-1' })
  expect(error.message).toContain('418')
})
