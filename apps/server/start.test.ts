/** `npm start` as its users meet it: first start, restart, kill -9, and what it says when something is wrong. */
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Demo } from './demo.ts'
import { killPrograms, type Program, startProgram } from './start-program.fixture.ts'

const folder = mkdtempSync(join(tmpdir(), 'rowhouse-start-'))
const home = join(folder, 'home')

async function start(environment: Record<string, string> = {}): Promise<Program & { readonly origin: string }> {
  const started = await startProgram({ ROWHOUSE_HOME: home, ...environment })
  if (started.origin === undefined) throw new Error(started.output())
  return { ...started, origin: started.origin }
}

/** What it says when it does not start. */
async function refusal(environment: Record<string, string>): Promise<string> {
  const { exited, output } = await startProgram({ ROWHOUSE_HOME: home, ...environment })
  expect((await exited)[0]).toBe(1)
  return output()
}

const demo = () => JSON.parse(readFileSync(join(home, 'demo.json'), 'utf8')) as Demo
const tickets = async (origin: string, key: string) =>
  (await (
    await fetch(`${origin}/api/v1/tickets?limit=100`, { headers: { authorization: `Bearer ${key}` } })
  ).json()) as { items: object[] }

let first: Program & { readonly origin: string }
beforeAll(async () => {
  first = await start()
})
afterAll(async () => {
  killPrograms()
  rmSync(folder, { recursive: true, force: true, maxRetries: 20 })
})

test('three demo tenants, one in each tier, with keys that only their owner can read', async () => {
  expect(demo()).toMatchObject({
    origin: first.origin,
    tenants: [
      { slug: 'acme', tier: 'shared' },
      { slug: 'globex', tier: 'schema' },
      { slug: 'initech', tier: 'database' },
    ],
  })
  expect(statSync(join(home, 'demo.json')).mode & 0o777).toBe(0o600)
  for (const { owner, member } of demo().tenants) {
    for (const { apiKey } of [owner, member])
      expect((await tickets(first.origin, apiKey)).items.length).toBeGreaterThan(10)
  }
})

test('its people sign in, and what it prints says how', async () => {
  for (const { slug, id, owner, member } of demo().tenants) {
    for (const { email, password } of [owner, member]) {
      const answer = await fetch(`${first.origin}/auth/sign-in`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ email, password }),
      })
      const { tenant, accessToken } = (await answer.json()) as { tenant: object; accessToken: string }
      expect(tenant).toMatchObject({ id, slug })
      expect((await tickets(first.origin, accessToken)).items.length).toBeGreaterThan(10)
    }
    expect(first.output()).toContain(`${owner.email}  ${owner.password}  (${slug})`)
  }
})

test('the mailbox is there, unless mail is not to be kept or others reach the machine', async () => {
  expect((await fetch(`${first.origin}/mailbox`)).status).toBe(200)
  expect(first.output()).toContain(`${first.origin}/mailbox`)
  const without = await start({ ROWHOUSE_HOME: join(folder, 'no-mail'), MAIL_URL: 'none:' })
  for (const path of ['/mailbox', '/mailbox.json']) expect((await fetch(without.origin + path)).status).toBe(404)
  expect(without.output()).not.toContain('/mailbox')
  await without.end('SIGTERM')
})

test('the home page, the documents and health answer', async () => {
  for (const path of [
    '/',
    '/docs',
    '/openapi.json',
    '/operator/docs',
    '/operator/openapi.json',
    '/docs/errors',
    '/healthz',
    '/readyz',
  ]) {
    expect((await fetch(first.origin + path)).status, path).toBe(200)
  }
})

test('a second start on the same home, or on a port that is taken, is one clear sentence', async () => {
  expect(await refusal({})).toMatch(/is in use by process \d+.*ROWHOUSE_HOME/)
  const other = createServer().listen(0, '127.0.0.1')
  await once(other, 'listening')
  const { port } = other.address() as { port: number }
  expect(await refusal({ PORT: String(port), ROWHOUSE_HOME: join(folder, 'other') })).toMatch(
    /port is taken.*another port/s,
  )
  other.close()
})

test('killed with -9 it comes up again with its data, and once more after a stop', async () => {
  const { owner } = demo().tenants[1]!
  const before = (await tickets(first.origin, owner.apiKey)).items
  await first.end('SIGKILL')
  const second = await start()
  expect((await tickets(second.origin, owner.apiKey)).items).toEqual(before)
  expect(await second.end('SIGTERM')).toBe(0)
  const third = await start()
  expect((await tickets(third.origin, owner.apiKey)).items).toEqual(before)
  expect(await third.end('SIGINT')).toBe(0)
})

test.each(['tenancy.provision.reserved', 'tenancy.provision.moved-in#2', 'tenancy.provision.furnished#3'])(
  'killed while it seeds (%s) it finishes at the next start',
  async (crashPoint) => {
    const environment = { ROWHOUSE_HOME: join(folder, crashPoint.replace('#', '-')) }
    const { exited } = await startProgram({ ...environment, ROWHOUSE_CRASH_POINT: crashPoint })
    expect((await exited)[1]).toBe('SIGKILL')
    const again = await start(environment)
    const made = JSON.parse(readFileSync(join(environment.ROWHOUSE_HOME, 'demo.json'), 'utf8')) as Demo
    for (const { owner } of made.tenants)
      expect((await tickets(again.origin, owner.apiKey)).items.length).toBeGreaterThan(10)
    await again.end('SIGTERM')
  },
)

test('a broken configuration names every variable at once, and nothing is made', async () => {
  const untouched = join(folder, 'untouched')
  const output = await refusal({ PORT: 'many', MANAGEMENT_PORT: '70000', DOOR_KEY: 'short', ROWHOUSE_HOME: untouched })
  expect(output).toMatch(/PORT=many.*MANAGEMENT_PORT=70000.*DOOR_KEY: must/s)
  expect(output).not.toContain('short')
  expect(existsSync(untouched)).toBe(false)
})

test('a home that cannot be written is one clear sentence', async () => {
  writeFileSync(join(folder, 'file'), '')
  expect(await refusal({ ROWHOUSE_HOME: join(folder, 'file') })).toMatch(/cannot be written.*choose another folder/)
  expect(await refusal({ ROWHOUSE_HOME: '/proc/rowhouse' })).toMatch(/cannot be written.*choose another folder/)
})

test('a database that cannot be reached is one clear sentence', async () => {
  const login = (role: string) => `postgres://${role}:secret@127.0.0.1:1/rowhouse`
  const output = await refusal({
    DATABASE_URL: login('rowhouse_app'),
    DATABASE_MIGRATOR_URL: login('rowhouse_migrator'),
    DATABASE_RELAY_URL: login('rowhouse_relay'),
    ROWHOUSE_HOME: join(folder, 'nowhere'),
  })
  expect(output).toMatch(/No connection to 127.0.0.1:1\/rowhouse.*ECONNREFUSED/)
  expect(output).not.toContain('secret')
})
