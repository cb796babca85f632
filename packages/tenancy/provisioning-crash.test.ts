import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { postgres18, server } from '@rowhouse/testing'
import { beforeAll, expect, test } from 'vitest'
import { connect, deploy, type Deployed, openNode, tiers } from './deployment.fixture.ts'
import type { Provision } from './provision.fixture.ts'
import { type Tier, urlOf } from './tenancy.ts'
import { traces } from './traces.fixture.ts'

const program = fileURLToPath(new URL('./provision.fixture.ts', import.meta.url))
const crashPoints = ['reserved', 'built', 'moved-in', 'furnished']

const url = await server(postgres18)
let deployed: Deployed
beforeAll(async () => (deployed = await deploy(url)))

function provision(slug: string, tier: Tier, crashAt?: string): ChildProcess {
  const { names, applicationUrl, migratorUrl, doorKey } = deployed
  const wanted = { names, applicationUrl, migratorUrl, doorKey: doorKey.toString('hex'), slug, tier }
  const argument: Provision = crashAt === undefined ? wanted : { ...wanted, crashAt: `tenancy.provision.${crashAt}` }
  return spawn(process.execPath, [program, JSON.stringify(argument)], { stdio: 'inherit' })
}
const died = async (child: ChildProcess) => expect(await once(child, 'exit')).toEqual([null, 'SIGKILL'])
const usable = async (slug: string, tier: Tier) => {
  const { id } = await deployed.tenant(slug, tier)
  const node = openNode(deployed)
  expect((await node.door.query(id, 'select id from notes', [])).rows).toEqual([])
  await node.stop()
}

test.each(tiers)('killed at any crash point, repair leaves nothing and frees the slug (%s tier)', async (tier) => {
  const before = await traces(deployed)
  const deaths = crashPoints.map((point) => died(provision(`${point}-${tier}`, tier, point)))
  await Promise.all(deaths)
  expect((await traces(deployed)).filter((line) => line.includes(': tenant '))).toHaveLength(
    before.filter((line) => line.includes(': tenant ')).length + crashPoints.length,
  )
  for (const point of crashPoints) expect(await deployed.tenants.find(`${point}-${tier}`)).toBeUndefined()

  expect(await deployed.tenants.repair()).toBe(crashPoints.length)
  expect(await traces(deployed)).toEqual(before)
  expect(await deployed.tenants.repair()).toBe(0)
  await usable(`furnished-${tier}`, tier)
})

test('who wants the slug of a dead provisioning need not wait for repair', async () => {
  await died(provision('leftover', 'database', 'furnished'))
  const left = (await traces(deployed)).length
  await usable('leftover', 'database')
  // The new house has no notes; the old one is gone with all that was in the control database.
  expect((await traces(deployed)).length).toBe(left - 1)
  expect(await deployed.tenants.repair()).toBe(0)
})

test('killed while the server copies the template, repair waits for the copy and removes it', async () => {
  const before = await traces(deployed)
  // CREATE DATABASE stops where it writes down the name, just before the copying.
  const blocker = await connect(url)
  await blocker.query('begin; lock table pg_database in share row exclusive mode')
  const child = provision('copying', 'database')
  const stopped = `select from pg_stat_activity where wait_event_type = 'Lock' and query like 'create database "${deployed.names.prefix}%'`
  const waits = `select from pg_stat_activity where wait_event = 'advisory' and usename = '${deployed.names.migrator}'`
  await expect.poll(async () => (await deployed.admin('postgres', stopped)).length, { timeout: 20_000 }).toBe(1)
  child.kill('SIGKILL')
  await died(child)
  const repairing = deployed.tenants.repair()
  await expect.poll(async () => (await deployed.admin('postgres', waits)).length, { timeout: 10_000 }).toBe(1)
  await blocker.query('rollback')
  await blocker.end()
  expect(await repairing).toBe(1)
  expect(await traces(deployed)).toEqual(before)
})

test('a session that a dead builder left in the new database does not stop repair', async () => {
  const before = await traces(deployed)
  await died(provision('session', 'database', 'built'))
  const [dead] = await deployed.admin<{ database_name: string }>(
    deployed.names.controlDatabase,
    `select database_name from control.tenants where slug = 'session'`,
  )
  const session = await connect(urlOf(deployed.migratorUrl, dead!.database_name))
  expect(await deployed.tenants.repair()).toBe(1)
  await session.end()
  expect(await traces(deployed)).toEqual(before)
})

test('repair leaves alone what a live process is provisioning', async () => {
  for (const tier of tiers) {
    const { id } = await deployed.tenants.create({ slug: `live-${tier}`, name: 'Live', tier }, async () => {
      expect(await deployed.tenants.repair()).toBe(0)
    })
    expect(await deployed.tenants.find(id)).toBeDefined()
  }
})

test('repair leaves alone what was provisioned to its end while repair was busy with something else', async () => {
  await died(provision('dead', 'schema', 'built'))
  const [dead] = await deployed.admin<{ schema_name: string }>(
    deployed.names.controlDatabase,
    `select schema_name from control.tenants where slug = 'dead'`,
  )
  const blocker = await connect(urlOf(url, deployed.names.sharedDatabase))
  let repairing!: Promise<number>
  const { id } = await deployed.tenants.create({ slug: 'finishing', name: 'Finishing', tier: 'shared' }, async () => {
    await blocker.query(`begin; lock table ${dead!.schema_name}.notes in access share mode`)
    repairing = deployed.tenants.repair()
    const waits = `select from pg_stat_activity where wait_event_type = 'Lock' and query like 'drop schema%'`
    await expect.poll(async () => (await deployed.admin('postgres', waits)).length, { timeout: 10_000 }).toBe(1)
  })
  await blocker.query('commit')
  await blocker.end()
  expect(await repairing).toBe(1)
  const node = openNode(deployed)
  expect((await node.door.query(id, 'select id from notes', [])).rows).toEqual([])
  await node.stop()
})
