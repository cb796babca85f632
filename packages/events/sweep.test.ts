/** A database that cannot be asked, or that hangs, holds up its own tenants and nobody else's. */
import { startTelemetry } from '@rowhouse/telemetry/sdk'
import { postgres18, server } from '@rowhouse/testing'
import { urlOf } from '@rowhouse/tenancy'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { connect } from '../tenancy/deployment.fixture.ts'
import { happened, openSite, recorder, type Site, until } from './events.fixture.ts'

let site: Site
beforeAll(async () => {
  site = await openSite(await server(postgres18))
})
afterAll(() => site.stop())

/** Tenants with databases of their own, in the order in which the relay asks them. */
async function inOwnDatabases(count: number) {
  const found: { id: string; database: string }[] = []
  for (let n = 0; n < count; n += 1) {
    const id = await site.tenant('database')
    const tenant = await site.deployed.tenants.find(id)
    found.push({ id, database: tenant!.placement.databaseName })
  }
  return found.toSorted((one, other) => (one.database < other.database ? -1 : 1))
}

/** Nobody's relay hears of it but in a sweep. */
async function leaveBehind(tenants: readonly { id: string }[], n: number): Promise<void> {
  const idle = site.node([recorder()], { idle: true })
  for (const { id } of tenants) await idle.command(id, (emit) => emit(happened, { id: 'a', n }))
  await idle.stop()
}

const said = (lines: readonly string[], words: string) =>
  lines
    .map((line) => JSON.parse(line) as { msg: string; level: string; database?: string })
    .filter(({ msg }) => msg === words)

test('one database refuses and one hangs: the others are swept, and those two when they are back', async () => {
  const telemetry = await startTelemetry({ serviceName: 'test', otlpEndpoint: undefined })
  const [refusing, hanging, healthy] = await inOwnDatabases(3)
  const lines: string[] = []
  await leaveBehind([refusing!, hanging!, healthy!], 1)
  const admin = (sql: string) => site.deployed.admin('postgres', sql)
  await admin(`alter database "${refusing!.database}" allow_connections false`)
  await admin(`select pg_terminate_backend(pid) from pg_stat_activity where datname = '${refusing!.database}'`)
  const locker = await connect(urlOf(site.deployed.adminUrl, hanging!.database))
  await locker.query('begin; lock rowhouse.outbox in access exclusive mode')

  const startMs = performance.now()
  const node = site.node([recorder()], { lines })
  expect(await site.settled(healthy!.id, 4_000)).toEqual(['a:1'])
  // Sooner than what waits for the lock gives up.
  expect(performance.now() - startMs).toBeLessThan(4_000)

  const about = (database: string) =>
    said(lines, 'relay cannot ask a database').filter((line) => line.database === database)
  await until(() => about(refusing!.database).length > 0 && about(hanging!.database).length > 0, 20_000)
  await until(async () => /^rowhouse_events_databases_away(\{.*\})? 2$/m.test(await telemetry.metricsText()))
  await leaveBehind([healthy!], 2)
  expect(await site.settled(healthy!.id, 4_000)).toEqual(['a:1', 'a:2'])

  await admin(`alter database "${refusing!.database}" allow_connections true`)
  await locker.end()
  for (const { id, database } of [refusing!, hanging!]) {
    expect(await site.settled(id)).toEqual(['a:1'])
    // Said once, however often it was asked in vain.
    expect(about(database)).toHaveLength(1)
    expect(said(lines, 'relay can ask the database again').filter((line) => line.database === database)).toHaveLength(1)
  }
  expect(await telemetry.metricsText()).toMatch(/^rowhouse_events_databases_away(\{.*\})? 0$/m)
  await node.stop()
  await telemetry.shutdown()
}, 90_000)
