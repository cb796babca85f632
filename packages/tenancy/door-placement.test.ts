import { randomBytes, randomUUID } from 'node:crypto'
import { postgres15, postgres18, servers } from '@rowhouse/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { connect, type Deployed, openNode, tiers, shareDeployment } from './deployment.fixture.ts'
import { residenceKey, type Tenant, urlOf } from './tenancy.ts'

for (const { title, url } of await servers(postgres18, postgres15)) {
  describe(title, () => {
    let deployed: Deployed
    let node: ReturnType<typeof openNode>
    let hasty: ReturnType<typeof openNode>
    const tenants = new Map<string, Tenant>()

    beforeAll(async () => {
      deployed = await shareDeployment(url)
      // One connection to each database, so that a call that holds one would stop all others.
      node = openNode(deployed, { maxConnections: 1, holdMs: 20_000 })
      hasty = openNode(deployed, { holdMs: 200 })
      for (const tier of tiers)
        for (const name of ['a', 'b']) tenants.set(`${name}-${tier}`, await deployed.tenant(`${name}-${tier}`, tier))
    })
    afterAll(async () => {
      await node.stop()
      await hasty.stop()
    })

    const ask = ({ id }: Tenant, { door } = node) => door.query(id, 'select rowhouse.tenant_id() as id', [])
    const residents = (tenant: Tenant, change: string, values: unknown[] = []) =>
      deployed.admin(tenant.placement.databaseName, `update rowhouse.residents set ${change} where tenant_id = $1`, [
        tenant.id,
        ...values,
      ])

    describe.each(tiers)('%s tier', (tier) => {
      const tenantA = () => tenants.get(`a-${tier}`)!
      const tenantB = () => tenants.get(`b-${tier}`)!

      test('a stale epoch is looked up again, and the work begins anew before it had any effect', async () => {
        await ask(tenantA())
        const [row] = await deployed.admin<{ epoch: string }>(
          deployed.names.controlDatabase,
          'update control.tenants set epoch = epoch + 1 where id = $1 returning epoch',
          [tenantA().id],
        )
        const epoch = Number(row!.epoch)
        await residents(tenantA(), 'epoch = $2, proof_key = $3', [
          epoch,
          residenceKey(deployed.doorKey, tenantA().id, epoch),
        ])
        let begun = 0
        const inserted = await node.door.transaction(tenantA().id, async (execute) => {
          begun += 1
          return (await execute('insert into notes (id) values ($1)', ['moved'])).rowCount
        })
        expect([begun, inserted]).toEqual([2, 1])
        const { rows } = await node.door.query(tenantA().id, 'select id from notes', [])
        expect(rows).toEqual([{ id: 'moved' }])
      })

      test('a call on a tenant that is being moved is held without a connection, and goes on afterwards', async () => {
        const mover = await connect(urlOf(url, tenantA().placement.databaseName))
        await mover.query('begin')
        await mover.query('select pg_advisory_xact_lock(uuid_hash_extended($1, 0))', [tenantA().id])
        let answered = false
        const held = Promise.all([
          ask(tenantA()),
          node.door.transaction(tenantA().id, (execute) => execute('select rowhouse.tenant_id() as id', [])),
        ]).finally(() => (answered = true))
        if (tier !== 'database') for (let n = 0; n < 20; n += 1) await ask(tenantB())
        else await new Promise((resolve) => setTimeout(resolve, 50))
        expect(answered).toBe(false)
        await mover.query('commit')
        await mover.end()
        for (const { rows } of await held) expect(rows).toEqual([{ id: tenantA().id }])
      })

      test('it is told to come again when that takes longer than a call may wait', async () => {
        const mover = await connect(urlOf(url, tenantA().placement.databaseName))
        await mover.query('select pg_advisory_lock(uuid_hash_extended($1, 0))', [tenantA().id])
        const start = performance.now()
        await expect(ask(tenantA(), hasty)).rejects.toMatchObject({ code: 'tenancy.tenant_moving', status: 503 })
        expect(performance.now() - start).toBeGreaterThanOrEqual(200)
        await mover.end()
        expect((await ask(tenantA())).rows).toHaveLength(1)
      })

      test('a mover that waits for the lock lets nobody past it', async () => {
        const call = node.door.transaction(tenantA().id, async (execute) => {
          await execute('select 1', [])
          const mover = await connect(urlOf(url, tenantA().placement.databaseName))
          const locked = mover.query('select pg_advisory_lock(uuid_hash_extended($1, 0))', [tenantA().id])
          await expect.poll(() => ask(tenantA(), hasty).catch((error) => error.code)).toBe('tenancy.tenant_moving')
          return { mover, locked }
        })
        const { mover, locked } = await call
        await locked
        await mover.end()
      })

      test('a closed residence lets nobody in, and does when it is open again', async () => {
        await residents(tenantA(), `state = 'closed'`)
        await expect(ask(tenantA(), hasty)).rejects.toMatchObject({ code: 'tenancy.tenant_moving' })
        await residents(tenantA(), `state = 'open'`)
        expect((await ask(tenantA())).rows).toEqual([{ id: tenantA().id }])
      })

      test('a node with another door key, or with a clock that is far off, is not admitted', async () => {
        const wrongKey = openNode(deployed, { doorKey: randomBytes(32) })
        const slowClock = openNode(deployed, { clock: { now: () => Date.now() - 6 * 60_000 } })
        for (const other of [wrongKey, slowClock]) {
          const refused = { code: 'tenancy.not_admitted', status: 500, detail: 'The request could not be served.' }
          await expect(other.door.query(tenantA().id, 'select 1', [])).rejects.toMatchObject(refused)
          await other.stop()
        }
      })
    })

    test('a tenant that does not exist is not found, nor is one that is being provisioned', async () => {
      const half = tenants.get('b-shared')!
      const state = (to: string) =>
        deployed.admin(deployed.names.controlDatabase, `update control.tenants set state = '${to}' where id = $1`, [
          half.id,
        ])
      await state('provisioning')
      const fresh = openNode(deployed)
      for (const id of [randomUUID(), half.id]) {
        const missing = { code: 'tenancy.tenant_not_found', status: 404 }
        await expect(fresh.door.query(id, 'select 1', [])).rejects.toMatchObject(missing)
        await expect(fresh.door.transaction(id, async () => 1)).rejects.toMatchObject(missing)
      }
      await state('active')
      await fresh.stop()
    })
  })
}
