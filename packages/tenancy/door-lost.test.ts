import { setTimeout as sleep } from 'node:timers/promises'
import { postgres18, startServer } from '@rowhouse/testing'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { connect, deploy, type Deployed, openNode, tiers } from './deployment.fixture.ts'
import { tenancyErrors, type Tenant } from './tenancy.ts'
import { type WireTap, wireTap } from './wire-tap.fixture.ts'

const server = await startServer(postgres18)
let deployed: Deployed
let tap: WireTap
let node: ReturnType<typeof openNode>
const tenants: Tenant[] = []

beforeAll(async () => {
  deployed = await deploy(server.url)
  tap = await wireTap(deployed.applicationUrl)
  node = openNode(deployed, { url: tap.url, acquireTimeoutMs: 1_000 })
  for (const tier of tiers) tenants.push(await deployed.tenant(`t-${tier}`, tier))
})
afterAll(async () => {
  await node.stop()
  tap.close()
  await server.stop()
})

const unavailable = { code: 'tenancy.database_unavailable', status: 503, definition: { retryAfterS: 2 } }
const insert = 'insert into notes (id) values ($1)'
const exists = async ({ id }: Tenant, note: string) =>
  (await node.door.query(id, 'select 1 from notes where id = $1', [note])).rows.length === 1

describe.each(tiers)('%s tier', (tier) => {
  let tenant: Tenant
  beforeEach(async () => {
    tenant = tenants.find((each) => each.tier === tier)!
    await exists(tenant, 'warm-up')
  })

  test.each([
    ['before', false],
    ['answered', true],
  ] as const)('a connection lost at COMMIT (%s) leaves the outcome unknown', async (moment, kept) => {
    const lost = node.door.transaction(tenant.id, async (execute) => {
      await execute(insert, [`commit-${moment}`])
      tap.cutAt('rh_commit', moment)
    })
    await expect(lost).rejects.toMatchObject({ code: 'tenancy.outcome_unknown', status: 503 })
    expect(await exists(tenant, `commit-${moment}`)).toBe(kept)
  })

  test.each(['before', 'answered'] as const)('one lost at a statement (%s) is unavailable', async (moment) => {
    tap.cutAt('lost-note', moment)
    await expect(node.door.query(tenant.id, 'select $1::text', ['lost-note'])).rejects.toMatchObject(unavailable)
    tap.cutAt('lost-note', moment)
    const lost = node.door.transaction(tenant.id, async (execute) => {
      await execute(insert, [`first-${moment}`])
      await execute(insert, ['lost-note'])
    })
    await expect(lost).rejects.toMatchObject(unavailable)
    expect(await exists(tenant, `first-${moment}`)).toBe(false)
  })

  test.each(['before', 'answered'] as const)('one lost at a write of its own (%s) is unknown', async (moment) => {
    tap.cutAt('lost-write', moment)
    const lost = node.door.query(tenant.id, insert, ['lost-write'])
    await expect(lost).rejects.toMatchObject({ code: 'tenancy.outcome_unknown', status: 503 })
    expect(await exists(tenant, 'lost-write')).toBe(moment === 'answered')
  })

  test('one lost while the work does something else is unavailable, not unknown: COMMIT was never sent', async () => {
    const lost = node.door.transaction(tenant.id, async (execute) => {
      const { rows } = await execute('select pg_backend_pid() as pid', [])
      await execute(insert, ['idle'])
      await deployed.admin('postgres', 'select pg_terminate_backend($1)', [rows[0]!['pid']])
      await sleep(50)
    })
    await expect(lost).rejects.toMatchObject(unavailable)
    expect(await exists(tenant, 'idle')).toBe(false)
  })
})

test('a connection lost in the catalog is unavailable', async () => {
  const fresh = openNode(deployed, { url: tap.url })
  tap.cutAt('find_placement', 'answered')
  await expect(fresh.door.query(tenants[0]!.id, 'select 1', [])).rejects.toMatchObject(unavailable)
  expect((await fresh.door.query(tenants[0]!.id, 'select 1 as one', [])).rows).toEqual([{ one: 1 }])
  await fresh.stop()
})

test('one lost while a new pool looks at its database is replaced by another', async () => {
  const fresh = openNode(deployed, { url: tap.url })
  tap.cutAt('faults_of_session', 'answered')
  expect((await fresh.door.query(tenants[0]!.id, 'select 1 as one', [])).rows).toEqual([{ one: 1 }])
  await fresh.stop()
})

test('after the server was killed under load, every call is answered and the pools work again by themselves', async () => {
  const direct = openNode(deployed, { acquireTimeoutMs: 500 })
  const outcomes = new Map<unknown, number>()
  const load = { running: true }
  const callers = Array.from({ length: 8 }, async (_, at) => {
    const { id } = tenants[at % tenants.length]!
    for (let n = 0; load.running; n += 1) {
      const call = direct.door.transaction(id, async (execute) => {
        await execute('insert into notes (id) values ($1)', [`load-${at}-${n}`])
        await execute('select id from notes limit 5', [])
      })
      const outcome = await call.then(
        () => 'kept',
        (error: Error & { code?: string }) => error.code ?? error.message,
      )
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1)
      if (outcome !== 'kept') await sleep(20)
    }
  })
  await sleep(200)
  const [row] = await deployed.admin<{ file: string }>('postgres', "select pg_read_file('postmaster.pid') as file")
  process.kill(Number(row!.file.split('\n')[0]), 'SIGKILL')
  await sleep(50)
  const answers = async () =>
    Promise.all(tenants.map(({ id }) => direct.door.query(id, 'select 1 as one', []))).then(
      (all) => all.length,
      () => 0,
    )
  await expect.poll(answers, { timeout: 20_000 }).toBe(tenants.length)
  const keptBefore = outcomes.get('kept')!
  await expect.poll(() => outcomes.get('kept')).toBeGreaterThan(keptBefore)
  load.running = false
  await Promise.all(callers)
  await direct.stop()
  const expected = ['kept', tenancyErrors.databaseUnavailable.code, tenancyErrors.outcomeUnknown.code]
  expect([...outcomes.keys()].filter((outcome) => !expected.includes(String(outcome)))).toEqual([])
  expect(outcomes.get(tenancyErrors.databaseUnavailable.code)).toBeGreaterThan(0)
})

test('no connection is left behind in a transaction', async () => {
  const client = await connect(server.url)
  const open = async () =>
    (
      await client.query(`select from pg_stat_activity where usename = $1 and state ~ 'in transaction'`, [
        deployed.names.application,
      ])
    ).rowCount
  await expect.poll(open).toBe(0)
  await client.end()
})
