/** The connections of a node, as its operator sees them: over HTTP, on the command line, in metrics. */
import { modules } from '@rowhouse/helpdesk'
import { startTelemetry } from '@rowhouse/telemetry/sdk'
import { postgres18, servers } from '@rowhouse/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { operate } from './command-line.fixture.ts'
import { httpCall } from './http-call.fixture.ts'
import { startTestPlatform, type TestPlatform } from './test-platform.ts'

for (const { title, url } of await servers(postgres18)) {
  describe(title, () => {
    let telemetry: Awaited<ReturnType<typeof startTelemetry>>
    let running: TestPlatform
    beforeAll(async () => {
      telemetry = await startTelemetry({ serviceName: 'test' })
      const bounds = { maxDedicated: 2, poolSize: 4, poolWaitMs: 1_000 }
      running = await startTestPlatform(url, modules, { relay: true, bounds })
    })
    afterAll(async () => {
      await running.stop()
      await telemetry.shutdown()
    })

    const call = (method: string, path: string, body?: object) =>
      httpCall(running.origin)(method, `/operator/v1${path}`, body, { token: running.operatorKey })

    test('each pool is listed with what it holds and what has happened to it', async () => {
      const { status, body } = await call('GET', '/pools')
      expect(status).toBe(200)
      const { pools, ...rest } = body as { pools: Record<string, unknown>[] }
      expect(rest).toEqual({
        connections: { open: expect.any(Number), max: 64 },
        dedicatedDatabases: { count: 2, max: 2 },
      })
      const of = (kind: string, role: string) => pools.filter((pool) => pool['kind'] === kind && pool['role'] === role)
      const { controlDatabase, sharedDatabase } = running.database.names
      expect(of('control', 'primary')).toMatchObject([{ cluster: 'main', database: controlDatabase, size: 4 }])
      expect(of('shared', 'primary')).toMatchObject([{ database: sharedDatabase, size: 4, waiting: 0 }])
      expect(of('dedicated', 'primary')).toMatchObject([{ size: 1 }, { size: 1 }])
      expect(of('shared', 'relay')).toMatchObject([{ size: 2 }])
    })

    test('while all connections are lent calls wait, to be refused with 503; operators see it in three places', async () => {
      const { platform, database, tenants, origin } = running
      const { sharedDatabase } = database.names
      const loans = await Promise.all(
        Array.from({ length: 4 }, () => platform.connections.pools.borrow(sharedDatabase)),
      )
      const { key } = tenants.find(({ tier }) => tier === 'shared')!
      const late = httpCall(origin)('GET', '/api/v1/tickets', undefined, { token: key })
      const shared = async () => {
        const { body } = await call('GET', '/pools')
        return (body as { pools: { kind: string; role: string; waiting: number }[] }).pools.find(
          ({ kind, role }) => kind === 'shared' && role === 'primary',
        )!
      }
      await expect.poll(async () => (await shared()).waiting).toBe(1)
      expect(await telemetry.metricsText()).toMatch(
        line('rowhouse_pool_waiting_calls{kind="shared",role="primary"}', 1),
      )
      const { status, headers, body } = await late
      expect([status, headers['retry-after'], body.code]).toEqual([503, '1', 'tenancy.pool_exhausted'])
      expect(JSON.stringify(body)).not.toContain(sharedDatabase)

      expect(await shared()).toMatchObject({ lent: 4, open: 4, counts: { timedOut: 1 } })
      const metrics = await telemetry.metricsText()
      expect(metrics).toMatch(line('rowhouse_pool_connections{kind="shared",role="primary",state="lent"}', 4))
      expect(metrics).toMatch(line('rowhouse_pool_troubles_total{kind="shared",role="primary",trouble="timed_out"}', 1))
      expect(metrics).toMatch(/^rowhouse_pool_wait_duration_seconds_count\{kind="shared",role="primary"\} \d+/m)
      expect(metrics).toMatch(/^rowhouse_pool_connections\{kind="shared",role="relay",state="idle"\} \d+/m)
      for (const each of [sharedDatabase, tenants[0]!.id]) expect(metrics).not.toContain(each)
      const table = await operate(running, 'pools')
      expect(table).toMatch(new RegExp(`^${sharedDatabase} +shared +primary +4 +4 +0 +4 +0 +[\\d.]+ ms +0 +1 `, 'm'))
      expect(table).toContain('Dedicated databases: 2 of 2')
      for (const { giveBack } of loans) giveBack()
    })

    test('one more tenant with a database of its own is refused with words that say what to do', async () => {
      const owner = { email: 'owner@third.example', name: 'Third' }
      const tenant = { slug: 'third', name: 'Third', owner }
      const { status, body } = await call('POST', '/tenants', { ...tenant, tier: 'database' })
      expect([status, body.code]).toEqual([409, 'tenancy.no_dedicated_database'])
      expect(body.detail).toContain('`schema` or `shared`')
      expect((await call('POST', '/tenants', { ...tenant, tier: 'schema' })).status).toBe(201)
    })
  })
}

const line = (series: string, value: number) => new RegExp(`^${series.replaceAll(/[{}]/g, '\\$&')} ${value}( |$)`, 'm')
