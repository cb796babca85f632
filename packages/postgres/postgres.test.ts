import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client } from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { type Postgres, openPostgres } from './postgres.ts'
import { processesNamed } from './processes.ts'

let root: string
let folder: string
let running: Postgres[] = []

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'rowhouse-postgres-test-'))
  folder = join(root, 'template')
  await (await open()).stop()
})
beforeEach(() => {
  folder = join(root, 'home')
  execFileSync('cp', ['-a', join(root, 'template'), folder])
})
afterEach(async () => {
  await Promise.all(running.splice(0).map((postgres) => postgres.stop()))
  await rm(folder, { recursive: true, force: true })
})
afterAll(() => rm(root, { recursive: true, force: true }))

const fast = { fsync: 'off', shared_buffers: '16MB' }

async function open(options: Partial<Parameters<typeof openPostgres>[0]> = {}): Promise<Postgres> {
  const postgres = await openPostgres({ folder, settings: fast, ...options })
  running.push(postgres)
  return postgres
}

async function query<Row extends object>(url: string, sql: string): Promise<Row[]> {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query<Row>(sql)).rows
  } finally {
    await client.end()
  }
}

test('starts from nothing, and again with its data, on the same address', async () => {
  await rm(folder, { recursive: true })
  const first = await open()
  await query(first.url, 'create table kept (n int); insert into kept values (42)')
  await first.stop()
  const second = await open()
  expect(second.url).toBe(first.url)
  expect(await query(second.url, 'select n from kept')).toEqual([{ n: 42 }])
})

test('is PostgreSQL 18 with checksums, code point order and the given settings, on loopback only', async () => {
  const { url } = await open({ settings: { ...fast, max_connections: 17 } })
  const [row] = await query(
    url,
    `select current_setting('server_version_num')::int / 10000 as major, current_setting('data_checksums') as checksums,
       'Z' < 'a' as ordered, lower('É') as lowered, current_setting('max_connections') as connections,
       current_setting('listen_addresses') as addresses, current_setting('unix_socket_directories') as sockets,
       current_setting('server_encoding') as encoding, current_setting('TimeZone') as zone`,
  )
  expect(row).toEqual({
    major: 18,
    checksums: 'on',
    ordered: true,
    lowered: 'é',
    connections: '17',
    addresses: '127.0.0.1',
    sockets: '',
    encoding: 'UTF8',
    zone: 'UTC',
  })
})

test('keeps a random password that only this user can read, and refuses any other', async () => {
  const { url } = await open()
  expect((await stat(join(folder, 'password'))).mode & 0o777).toBe(0o600)
  const wrong = new URL(url)
  wrong.password = 'wrong'
  await expect(query(wrong.href, 'select 1')).rejects.toMatchObject({ code: '28P01' })
})

test('stop and kill leave no process; what was committed before the kill is there afterwards', async () => {
  const first = await open()
  await query(first.url, 'create table kept (n int); insert into kept values (1)')
  expect(await servers()).not.toEqual([])
  await first.kill()
  expect(await servers()).toEqual([])
  const second = await open()
  expect(await query(second.url, 'select n from kept')).toEqual([{ n: 1 }])
  await second.stop()
  await second.stop()
  expect(await servers()).toEqual([])
})

test('a server that dies by itself is started again on the same address, and the owner is told', async () => {
  const problems: string[] = []
  const { url } = await open({ onProblem: (error) => problems.push(error.code) })
  const [before] = await postmaster()
  process.kill(before ?? 0, 'SIGKILL')
  await expect.poll(() => query(url, 'select 1 as up').catch(() => 'down'), { timeout: 5000 }).toEqual([{ up: 1 }])
  expect(problems).toEqual(['postgres.stopped'])
  expect(await postmaster()).not.toEqual([before])
})

test('a folder that is in use is refused with the name of its owner, and goes on working', async () => {
  const { url } = await open()
  await expect(open()).rejects.toMatchObject({
    code: 'postgres.in_use',
    operator: expect.stringContaining(`process ${process.pid}`),
  })
  expect(await query(url, 'select 1 as n')).toEqual([{ n: 1 }])
})

test('a process id that is another program’s by now is not taken for the server', async () => {
  await (await open()).kill()
  const { uid, gid } = await stat(join(folder, 'data'))
  const other = spawn('sleep', ['60'], process.getuid?.() === 0 ? { uid, gid } : {})
  try {
    await writeFile(join(folder, 'data', 'postmaster.pid'), `${other.pid}\n${folder}/data\n`)
    const { url } = await open()
    expect(await query(url, 'select 1 as n')).toEqual([{ n: 1 }])
    expect(other.exitCode ?? other.signalCode).toBeNull()
  } finally {
    other.kill()
  }
})

test('takes another port when its own is taken, and refuses when the port was asked for', async () => {
  const first = await open()
  await first.stop()
  const other = createServer().listen(first.port, '127.0.0.1')
  await once(other, 'listening')
  try {
    await expect(open({ port: first.port })).rejects.toMatchObject({ code: 'postgres.port_taken' })
    const second = await open()
    expect(second.port).not.toBe(first.port)
    expect(await query(second.url, 'select 1 as n')).toEqual([{ n: 1 }])
  } finally {
    other.close()
  }
})

test('data of another major version are refused and left alone', async () => {
  await (await open()).stop()
  await writeFile(join(folder, 'data', 'PG_VERSION'), '14\n')
  const before = await readdir(join(folder, 'data'))
  await expect(open()).rejects.toMatchObject({
    code: 'postgres.wrong_version',
    operator: expect.stringContaining('PostgreSQL 14'),
  })
  expect(await readdir(join(folder, 'data'))).toEqual(before)
})

test('a setting that PostgreSQL refuses fails with the words of its log', async () => {
  await expect(open({ settings: { max_connections: 'many' } })).rejects.toMatchObject({
    code: 'postgres.not_ready',
    operator: expect.stringContaining('max_connections'),
  })
  expect(await servers()).toEqual([])
})

test('a folder that cannot be made, lost parts and missing programs are named', async () => {
  await writeFile(join(folder, 'file'), '')
  await expect(open({ folder: join(folder, 'file', 'below') })).rejects.toMatchObject({ code: 'postgres.not_writable' })
  await expect(open({ binaries: folder })).rejects.toMatchObject({ code: 'postgres.no_binaries' })
  await (await open()).stop()
  await rm(join(folder, 'password'))
  await expect(open()).rejects.toMatchObject({ code: 'postgres.damaged' })
})

/** Every process of this folder's server. */
async function servers(): Promise<number[]> {
  const { dev, ino } = await stat(join(folder, 'data'), { bigint: true })
  return processesNamed(`rowhouse.${dev}.${ino}.`)
}

async function postmaster(): Promise<number[]> {
  return (await servers()).toSorted((a, b) => a - b).slice(0, 1)
}
