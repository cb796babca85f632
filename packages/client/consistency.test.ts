/** Reads from standbys through the whole server: the header, the client that carries it, and the desk's report. */
import { randomUUID } from 'node:crypto'
import { modules } from '@rowhouse/helpdesk'
import { type Cluster, startCluster } from '@rowhouse/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startTestPlatform, type TestPlatform, type TestTenant } from '../../apps/server/test-platform.ts'
import { apiKey, createClient } from './client.ts'

let cluster: Cluster
let running: TestPlatform
beforeAll(async () => {
  cluster = await startCluster({ standbys: 2 })
  running = await startTestPlatform(cluster.primary.url, modules, { standbys: cluster.standbys })
  while (running.platform.connections.replicas!.all.some(({ standing }) => standing !== 'good'))
    await new Promise(setImmediate)
})
afterAll(async () => {
  await running?.stop()
  await cluster?.stop()
})

const header = 'rowhouse-consistency'
const ticket = { subject: 'Seen at once', body: 'Please help', customer: { email: 'ines@example.com' } }

async function call(key: string, method: string, path: string, more: Record<string, string> = {}, body?: unknown) {
  const answer = await fetch(`${running.origin}/api/v1${path}`, {
    method,
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', ...more },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const text = await answer.text()
  const content = text === '' ? {} : JSON.parse(text)
  return { status: answer.status, token: answer.headers.get(header), headers: answer.headers, content }
}

/** Which servers have been borrowed from to read, in the course of `work`. */
async function readingOf(work: () => Promise<unknown>): Promise<'primary' | 'replica'> {
  const lent = () => running.platform.connections.replicas!.list().reduce((sum, { counts }) => sum + counts.lent, 0)
  const before = lent()
  await work()
  return lent() > before ? 'replica' : 'primary'
}

describe.each(['shared', 'schema', 'database'])('in the %s tier', (tier) => {
  let alpha: TestTenant
  let beta: TestTenant
  beforeAll(() => {
    alpha = running.tenants.find(({ slug }) => slug === `alpha-${tier}`)!
    beta = running.tenants.find(({ slug }) => slug === `beta-${tier}`)!
  })

  test('a command and a query answer with a token; brought along, it shows what was done', async () => {
    const opened = await call(alpha.key, 'POST', '/tickets', {}, ticket)
    expect(opened).toMatchObject({ status: 201, token: expect.stringMatching(/^[\w-]{60,100}$/) })
    for (let n = 0; n < 20; n += 1) {
      const token = (await call(alpha.key, 'PATCH', `/tickets/${opened.content.id}`, {}, { subject: `Change ${n}` }))
        .token!
      const shown = await call(alpha.key, 'GET', `/tickets/${opened.content.id}`, { [header]: token })
      expect(shown.content.subject).toBe(`Change ${n}`)
      expect(shown.token).not.toBeNull()
    }
    const plain = await call(alpha.key, 'GET', `/tickets/${opened.content.id}`)
    expect(plain.token).not.toBeNull()
    const same = { 'if-none-match': plain.headers.get('etag')!, [header]: plain.token! }
    expect(await call(alpha.key, 'GET', `/tickets/${opened.content.id}`, same)).toMatchObject({
      status: 304,
      token: expect.any(String),
    })
  })

  test('a command that is repeated under its key answers with a token as well', async () => {
    const key = { 'idempotency-key': randomUUID() }
    const first = await call(alpha.key, 'POST', '/tickets', key, ticket)
    const again = await call(alpha.key, 'POST', '/tickets', key, ticket)
    expect(again.content).toEqual(first.content)
    expect(again.headers.get('idempotency-replayed')).toBe('true')
    const seen = await call(alpha.key, 'GET', `/tickets/${first.content.id}`, { [header]: again.token! })
    expect(seen.status).toBe(200)
  })

  test('another tenant’s token, a changed one and nonsense are refused with 400', async () => {
    const { token } = await call(beta.key, 'GET', '/tickets')
    for (const bad of [
      token!,
      `${token!.slice(0, -2)}AA`,
      'nonsense',
      ',',
      'x'.repeat(5_000),
      Array(17).fill(token).join(),
    ]) {
      for (const [method, body] of [['GET'], ['POST', ticket]] as const) {
        expect(await call(alpha.key, method, '/tickets', { [header]: bad }, body)).toMatchObject({
          status: 400,
          content: { code: 'tenancy.consistency_token_refused' },
          token: null,
        })
      }
    }
  })

  test('what is not found is not found with a token, too', async () => {
    const { token } = await call(alpha.key, 'GET', '/tickets')
    const missing = await call(alpha.key, 'GET', `/tickets/${randomUUID()}`, { [header]: token! })
    expect(missing).toMatchObject({ status: 404, token: expect.any(String) })
  })

  test('the client carries it, and reads from replicas what it has done', async () => {
    const client = createClient({ origin: running.origin, auth: apiKey(alpha.key) })
    expect(client.consistency.token()).toBeUndefined()
    const { id } = await client.tickets.open(ticket)
    for (const standby of cluster.standbys) await standby.waitUntilCaughtUp()
    await expect.poll(() => readingOf(() => client.tickets.show({ id }))).toBe('replica')
    for (let n = 0; n < 20; n += 1) {
      await client.tickets.update({ id, subject: `Carried ${n}` })
      expect(await client.tickets.show({ id })).toMatchObject({ subject: `Carried ${n}` })
    }
  })

  test('calls that cross lose nothing: the next reads show what each of them did', async () => {
    const client = createClient({ origin: running.origin, auth: apiKey(alpha.key) })
    for (const crossing of [5, 16, 40]) {
      const opened = await Promise.all(Array.from({ length: crossing }, () => client.tickets.open(ticket)))
      for (const { id } of opened) expect(await client.tickets.show({ id })).toMatchObject({ id })
    }
    await client.tickets.open(ticket)
    expect(client.consistency.token()).not.toContain(',')
  })

  test('another client goes on from where one is; one that was told nonsense recovers by itself', async () => {
    const one = createClient({ origin: running.origin, auth: apiKey(alpha.key) })
    const other = createClient({ origin: running.origin, auth: apiKey(alpha.key) })
    const { id } = await one.tickets.open(ticket)
    for (const standby of cluster.standbys) await standby.waitUntilCaughtUp()
    other.consistency.include(one.consistency.token()!)
    await expect.poll(() => readingOf(() => other.tickets.show({ id }))).toBe('replica')

    other.consistency.include('nonsense')
    expect(await other.tickets.show({ id })).toMatchObject({ id })
    expect(await other.tickets.update({ id, subject: 'Recovered' })).toMatchObject({ subject: 'Recovered' })
    expect(other.consistency.token()).not.toContain('nonsense')
  })

  test('one client speaks for two tenants and mixes nothing up', async () => {
    const ofAlpha = createClient({ origin: running.origin, auth: apiKey(alpha.key) })
    const ofBeta = ofAlpha.as(apiKey(beta.key))
    for (let n = 0; n < 3; n += 1) {
      for (const client of [ofAlpha, ofBeta]) {
        const { id } = await client.tickets.open(ticket)
        expect(await client.tickets.show({ id })).toMatchObject({ id })
      }
    }
    expect(ofAlpha.consistency.token()).not.toBe(ofBeta.consistency.token())
  })

  test('the report is read from a replica, and yet shows what its reader has done', async () => {
    const clientOf = () => createClient({ origin: running.origin, auth: apiKey(beta.key) })
    const client = clientOf()
    const today = new Date().toISOString().slice(0, 10)
    const report = (by = client) => by.reports.tickets({ from: today, to: today })
    await expect.poll(() => readingOf(() => report(clientOf()))).toBe('replica')
    await client.tickets.open(ticket)
    const { tickets: before } = await report()
    for (let n = 1; n <= 5; n += 1) {
      const { id } = await client.tickets.open(ticket)
      if (n === 1) await client.tickets.update({ id, status: 'solved' })
      const { tickets, days } = await report()
      expect(tickets).toEqual({ open: before.open + n - 1, pending: 0, solved: 1, closed: 0 })
      expect(days).toEqual([{ day: today, ...tickets }])
    }
    const past = { from: '2026-01-01', to: '2026-01-31' }
    expect(await client.reports.tickets(past)).toEqual({
      ...past,
      tickets: { open: 0, pending: 0, solved: 0, closed: 0 },
      days: [],
    })
  })
})

test('a report of no days or of too many is refused', async () => {
  const [{ key }] = running.tenants as [TestTenant]
  for (const [from, to] of [
    ['2026-11-02', '2026-11-01'],
    ['2025-01-01', '2026-01-02'],
    ['2026-02-30', '2026-03-01'],
    ['yesterday', 'today'],
  ])
    expect(await call(key, 'GET', `/reports/tickets?from=${from}&to=${to}`)).toMatchObject({
      status: 400,
      content: { code: 'http.invalid_request' },
    })
  expect((await call(key, 'GET', '/reports/tickets?from=2025-01-01&to=2026-01-01')).status).toBe(200)
})
