/** The guide docs/guides/poolers-and-replicas.md, run: PgBouncer in front, a standby beside, and then the primary's place taken. */
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { available, type Cluster, pgbouncer124, type PgBouncer, startCluster, startPgBouncer } from '@rowhouse/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { programIn } from './command-line.fixture.ts'
import type { Demo } from './demo.ts'
import { killPrograms, type Program, startProgram } from './start-program.fixture.ts'

const here = (file: string) => fileURLToPath(new URL(file, import.meta.url))
const guide = readFileSync(here('../../docs/guides/poolers-and-replicas.md'), 'utf8')
const folder = mkdtempSync(join(tmpdir(), 'rowhouse-replicas-'))
chmodSync(folder, 0o711)
const home = join(folder, 'home')

/** What the guide's shell sets, with the hosts that are here in place of its own. */
function settings(hosts: Readonly<Record<string, string>>): Record<string, string> {
  const lines = [...guide.matchAll(/^export (\w+)="(.*)"$/gm)].map(([, name, value]) => [name!, value!] as const)
  const here = (value: string) =>
    Object.entries(hosts).reduce((text, [host, place]) => text.replaceAll(host, place), value)
  return Object.fromEntries(lines.map(([name, value]) => [name, here(value).replaceAll('_PASSWORD', '_password')]))
}

describe.each(await available(pgbouncer124))('$title', (pgbouncer) => {
  let cluster: Cluster
  let bouncer: PgBouncer
  let program: Program
  let demo: Demo
  let environment: Record<string, string>

  beforeAll(async () => {
    cluster = await startCluster({ standbys: 1, synchronous: true })
    const [standby] = cluster.standbys
    const login = (user: string, password: string) => ({ user, password })
    bouncer = await startPgBouncer(pgbouncer, {
      target: cluster.primary.url,
      logins: [login('rowhouse_app', 'APP_password'), login('rowhouse_relay', 'RELAY_password')],
    })
    const at = (port: number) => `127.0.0.1:${port}`
    environment = {
      PATH: process.env['PATH']!,
      PORT: '0',
      MANAGEMENT_PORT: '0',
      ROWHOUSE_HOME: home,
      ...settings({
        'db1.example:5432,db2.example:5432': at(bouncer.port),
        'bouncer.example:6432': at(bouncer.port),
        'db.example:5432': at(cluster.primary.port),
        ',postgres://rowhouse_app:APP_PASSWORD@standby2.example:5432/rowhouse': '',
        'standby1.example:5432': at(standby!.port),
      }),
    }
    const prepared = rowhouse(['migrate', 'run'], { DATABASE_ADMIN_URL: cluster.primary.url })
    expect(prepared).toMatchObject({ status: 0 })
    program = await startProgram(environment)
    expect(program.origin, program.output()).toBeDefined()
    demo = JSON.parse(readFileSync(join(home, 'demo.json'), 'utf8')) as Demo
  }, 120_000)
  afterAll(async () => {
    killPrograms()
    await bouncer?.stop()
    await cluster?.stop()
    rmSync(folder, { recursive: true, force: true, maxRetries: 20 })
  })

  const rowhouse = programIn(() => environment)
  const call = (
    method: string,
    path: string,
    { token, body, key }: { token?: string; body?: object; key?: string } = {},
  ) =>
    fetch(program.origin + path, {
      method,
      headers: {
        authorization: `Bearer ${demo.tenants[0]!.owner.apiKey}`,
        ...(body && { 'content-type': 'application/json' }),
        ...(token && { 'rowhouse-consistency': token }),
        ...(key && { 'idempotency-key': key }),
      },
      ...(body && { body: JSON.stringify(body) }),
    })
  const ticket = (subject: string) => ({ subject, customer: { email: 'a@b.example', name: 'A' }, body: subject })

  test('what is written is read, through the pooler and from the standby', async () => {
    const opened = await call('POST', '/api/v1/tickets', { body: ticket('Through the pooler') })
    expect(opened.status).toBe(201)
    const token = opened.headers.get('rowhouse-consistency')
    expect(token).toBeTruthy()
    const { id } = (await opened.json()) as { id: string }
    const shown = await call('GET', `/api/v1/tickets/${id}`, { token: token! })
    expect(await shown.json()).toMatchObject({ subject: 'Through the pooler' })
    const forged = await call('GET', `/api/v1/tickets/${id}`, { token: `${token!.slice(0, -2)}AA` })
    expect(forged.status).toBe(400)
  })

  test('every pool is seen, also those of the standby once that has been read', async () => {
    const report = async () => (await call('GET', '/api/v1/reports/tickets?from=2026-11-01&to=2026-11-30')).status
    while (!/replica/.test(rowhouse(['pools']).output)) expect(await report()).toBe(200)
    const { status, output } = rowhouse(['pools'])
    expect({ status, output }).toMatchObject({ status: 0 })
    expect(output).toMatch(/primary/)
  })

  test('after a failover it goes on, without a restart', async () => {
    const [standby] = cluster.standbys
    await cluster.primary.kill()
    await standby!.promote()
    await bouncer.reload(standby!.url)
    const promotedMs = performance.now()
    let status = 0
    while (status !== 201 && performance.now() - promotedMs < 5_000) {
      const answer = await call('POST', '/api/v1/tickets', { body: ticket('After the failover'), key: 'one key' })
      status = answer.status
      if (status !== 201) await sleep(100)
    }
    expect(status).toBe(201)
    const list = (await (await call('GET', '/api/v1/tickets?limit=100')).json()) as { items: { subject: string }[] }
    const subjects = list.items.map(({ subject }) => subject)
    expect(subjects).toContain('Through the pooler')
    expect(subjects.filter((subject) => subject === 'After the failover')).toHaveLength(1)
  }, 30_000)
})
