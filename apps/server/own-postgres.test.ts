/** The guide docs/guides/own-postgres.md, run: a PostgreSQL 15 of one's own, prepared by the command line, served, lost and found. */
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { asClient, urlOf } from '@rowhouse/tenancy'
import { openPostgres, type Postgres } from '@rowhouse/postgres'
import { postgres15, server } from '@rowhouse/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { programIn } from './command-line.fixture.ts'
import type { Demo } from './demo.ts'
import { killPrograms, startProgram } from './start-program.fixture.ts'

const folder = mkdtempSync(join(tmpdir(), 'rowhouse-own-'))
// PostgreSQL 15 runs as another user when we are root, and must get in.
chmodSync(folder, 0o711)
let postgres: Postgres
let environment: Record<string, string>
let binaries: string

const openOwn = () => openPostgres({ folder: join(folder, 'postgres'), binaries, settings: { fsync: 'off' } })

beforeAll(async () => {
  await server(postgres15)
  binaries = (await postgres15.find())!
  postgres = await openOwn()
  const login = (user: string) => `postgres://${user}:${user}_password@127.0.0.1:${postgres.port}/rowhouse`
  environment = {
    PATH: process.env['PATH']!,
    PORT: '0',
    MANAGEMENT_PORT: '0',
    ROWHOUSE_HOME: join(folder, 'home'),
    DATABASE_URL: login('rowhouse_app'),
    DATABASE_MIGRATOR_URL: login('rowhouse_migrator'),
    DATABASE_RELAY_URL: login('rowhouse_relay'),
  }
})
afterAll(async () => {
  killPrograms()
  await postgres?.stop()
  rmSync(folder, { recursive: true, force: true, maxRetries: 20 })
})

const rowhouse = programIn(() => environment)

const start = (more: Record<string, string> = {}) => startProgram({ ...environment, ...more })

test('before it is prepared the server does not start, and says what to run', async () => {
  const { origin, output } = await start()
  expect(origin).toBeUndefined()
  expect(output()).toMatch(/password authentication failed.*run `rowhouse migrate run` with DATABASE_ADMIN_URL/)
})

test('prepared once by an administrator, and again by nobody in particular', () => {
  const first = rowhouse(['migrate', 'run'], { DATABASE_ADMIN_URL: postgres.url })
  expect(first.output).toMatch(/rowhouse_shared_1\/pooled: \d+ applied/)
  expect(first.status).toBe(0)
  const again = rowhouse(['migrate', 'run', '--json'])
  expect(JSON.parse(again.output).targets.map(({ applied }: { applied: number }) => applied)).toEqual([0, 0, 0])
})

test('the doctor finds nothing', () => {
  expect(rowhouse(['doctor'])).toEqual({ status: 0, output: 'No faults found\n' })
})

test('it serves, loses its database, says so, and works again by itself', async () => {
  const { origin, end } = await start()
  const demo = JSON.parse(readFileSync(join(folder, 'home/demo.json'), 'utf8')) as Demo
  const ask = () =>
    fetch(`${origin}/api/v1/tickets`, { headers: { authorization: `Bearer ${demo.tenants[0]!.owner.apiKey}` } })
  expect((await ask()).status).toBe(200)

  await postgres.kill()
  const gone = await ask()
  expect([gone.status, gone.headers.get('retry-after'), gone.headers.get('content-type')]).toEqual([
    503,
    '2',
    'application/problem+json',
  ])
  expect((await fetch(`${origin}/readyz`)).status).toBe(503)
  expect((await fetch(`${origin}/healthz`)).status).toBe(200)

  postgres = await openOwn()
  await expect.poll(async () => (await fetch(`${origin}/readyz`)).status, { timeout: 10_000 }).toBe(200)
  expect((await ask()).status).toBe(200)
  await end('SIGTERM')
})

test('a role that could escape row security is refused, by name, until it is prepared again', async () => {
  await asClient(postgres.url, (client) => client.query('alter role rowhouse_app bypassrls'))
  const { origin, output } = await start()
  expect(origin).toBeUndefined()
  expect(output()).toMatch(/rowhouse_app has BYPASSRLS.*unsafe_role/)
  expect(rowhouse(['migrate', 'run'], { DATABASE_ADMIN_URL: postgres.url }).status).toBe(0)
  expect(rowhouse(['doctor'])).toEqual({ status: 0, output: 'No faults found\n' })
})

test('tables outside the door, another door key and other roles are refused', async () => {
  const alter = (what: string) =>
    asClient(urlOf(postgres.url, 'rowhouse_shared_1'), (client) =>
      client.query(`alter table pooled.tickets ${what} row level security`),
    )
  await alter('no force')
  expect((await start()).output()).toMatch(/tickets does not force row security on its owner.*house_open/)
  await alter('force')
  expect((await start({ DOOR_KEY: 'ab'.repeat(32) })).output()).toMatch(/DOOR_KEY is not the one/)
  const superuser = await start({ DATABASE_URL: postgres.url })
  expect(superuser.output()).toMatch(/DATABASE_URL must log in as rowhouse_app/)
  expect(
    rowhouse(['migrate', 'run'], { DATABASE_URL: environment['DATABASE_URL']!.replace('rowhouse_app:', 'foo:') })
      .output,
  ).toMatch(/must log in as rowhouse_app/)
})
