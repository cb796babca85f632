import { postgres15, postgres18, servers } from '@rowhouse/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openNode, tiers, shareDeployment } from './deployment.fixture.ts'
import type { Execute, Tenant } from './tenancy.ts'
import { type WireTap, wireTap } from './wire-tap.fixture.ts'

for (const { title, url } of await servers(postgres18, postgres15)) {
  describe(title, () => {
    let tap: WireTap
    let node: ReturnType<typeof openNode>
    const tenants = new Map<string, Tenant>()

    beforeAll(async () => {
      const deployed = await shareDeployment(url)
      tap = await wireTap(deployed.applicationUrl)
      node = openNode(deployed, { url: tap.url, maxConnections: 1, acquireTimeoutMs: 1_000 })
      for (const tier of tiers) tenants.set(tier, await deployed.tenant(`t-${tier}`, tier))
    })
    afterAll(async () => {
      await node.stop()
      tap.close()
    })

    describe.each(tiers)('%s tier', (tier) => {
      const insert = 'insert into notes (id) values ($1)'
      const bad = 'select 1 / $1::integer'
      const tenantId = () => tenants.get(tier)!.id
      const exists = async (id: string) =>
        (await node.door.query(tenantId(), 'select 1 from notes where id = $1', [id])).rows.length === 1
      const transaction = <T>(work: (execute: Execute) => Promise<T>) => node.door.transaction(tenantId(), work)

      test('is kept when the work returns, with what it returns', async () => {
        const result = await transaction(async (execute) => {
          await execute(insert, ['kept'])
          return (await execute('select id from notes where id = $1', ['kept'])).rows
        })
        expect(result).toEqual([{ id: 'kept' }])
        expect(await exists('kept')).toBe(true)
      })

      test('is rolled back when the work throws, and the error comes through as it is', async () => {
        const mistake = new Error('no')
        const failed = transaction(async (execute) => {
          await execute(insert, ['thrown'])
          throw mistake
        })
        await expect(failed).rejects.toBe(mistake)
        expect(await exists('thrown')).toBe(false)
      })

      test('is READ COMMITTED', async () => {
        const level = transaction((execute) => execute(`select current_setting('transaction_isolation') as level`, []))
        expect(await level).toMatchObject({ rows: [{ level: 'read committed' }] })
      })

      test('takes a flight for each statement and one for COMMIT: BEGIN and the door travel along', async () => {
        await exists('warm-up')
        tap.flights()
        await transaction(async (execute) => void (await execute(insert, ['flights'])))
        expect(tap.flights()).toBe(2)
        await transaction(async (execute) => {
          await execute(insert, ['flights-1'])
          await execute(insert, ['flights-2'])
        })
        expect(tap.flights()).toBe(3)
        await exists('flights')
        expect(tap.flights()).toBe(1)
        expect(await transaction(async () => 'nothing executed')).toBe('nothing executed')
        expect(tap.flights()).toBe(0)
      })

      test('that swallows a failed statement is rolled back and says so', async () => {
        for (const position of ['first', 'later']) {
          const swallowed = transaction(async (execute) => {
            if (position === 'later') await execute(insert, ['swallowed'])
            await execute(bad, [0]).catch(() => {})
          })
          await expect(swallowed).rejects.toMatchObject({ code: 'tenancy.rolled_back', status: 500 })
        }
        expect(await exists('swallowed')).toBe(false)
      })

      test('goes on in its tenant after a value that could not be sent', async () => {
        const seen = await transaction(async (execute) => {
          await expect(execute(insert, [() => {}])).rejects.toThrow('cannot be a parameter')
          await execute(insert, ['after-unsendable'])
          await expect(execute(insert, [Symbol('x')])).rejects.toThrow('cannot be a parameter')
          return (await execute('select 1 from notes where id = $1', ['after-unsendable'])).rows.length
        })
        expect(seen).toBe(1)
        expect(await exists('after-unsendable')).toBe(true)
      })

      test('refuses a statement that comes after its end, when the connection is somebody else’s', async () => {
        let late!: Execute
        await transaction(async (execute) => {
          late = execute
          await execute(insert, ['in-time'])
        })
        await transaction(async (execute) => {
          await execute('select 1', [])
          await expect(late(insert, ['late'])).rejects.toThrow('after the end')
        })
        expect(await exists('late')).toBe(false)
      })

      test('keeps a statement that was sent and not awaited', async () => {
        await transaction(async (execute) => void execute(insert, ['not-awaited']))
        expect(await exists('not-awaited')).toBe(true)
      })
    })
  })
}
