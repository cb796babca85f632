import { postgres15, postgres18, servers } from '@rowhouse/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { connect, deploy, type Deployed, openNode, tiers } from './deployment.fixture.ts'
import { migrationFolder } from './migrations.fixture.ts'
import { controlPlacement, createTenants, type Tenant, tenancyErrors, urlOf } from './tenancy.ts'
import { wireTap } from './wire-tap.fixture.ts'
import { traces } from './traces.fixture.ts'

for (const { title, url } of await servers(postgres18, postgres15)) {
  describe(title, () => {
    let deployed: Deployed
    let node: ReturnType<typeof openNode>
    beforeAll(async () => {
      deployed = await deploy(url)
      node = openNode(deployed)
    })
    afterAll(() => node.stop())

    /** Rows in the house and in the control database, as onboarding writes them. */
    async function furnish({ id, placement }: Tenant): Promise<void> {
      for (const place of [placement, controlPlacement(deployed.names)])
        await node.door.at(() => place).query(id, `insert into notes (id) values ('first')`, [])
    }
    const count = async (lines: Promise<string[]>) => (await lines).length

    test('a house in the making does not hold up another in the same database', async () => {
      const { placement } = await deployed.tenant('slow-builder', 'schema')
      const builder = await connect(urlOf(url, placement.databaseName))
      await builder.query(`begin; lock table ${placement.schemaName}.notes`)
      expect(await deployed.tenant('quick-builder', 'schema')).toMatchObject({ slug: 'quick-builder' })
      await builder.query('rollback')
      await builder.end()
    })

    // On the second server only where servers could differ.
    describe.each(title.endsWith('18') ? tiers : (['database'] as const))('%s tier', (tier) => {
      test('a tenant is furnished before anybody sees it, and is there afterwards', async () => {
        const slug = `ready-${tier}`
        const made = await deployed.tenants.create({ slug, name: 'Ready', tier }, async (tenant) => {
          await furnish(tenant)
          expect(await node.catalog.find(tenant.id)).toBeUndefined()
          expect(await node.catalog.findBySlug(slug)).toBeUndefined()
          expect(await deployed.tenants.find(slug)).toBeUndefined()
          await expect(node.door.query(tenant.id, 'select 1', [])).rejects.toMatchObject({
            code: 'tenancy.tenant_not_found',
          })
        })
        expect(made).toMatchObject({ slug, name: 'Ready', tier, createdAt: expect.stringMatching(/^20.*\.\d{6}Z$/) })
        // What is absent is remembered for a second.
        await expect.poll(() => node.catalog.findBySlug(slug), { timeout: 3_000 }).toBe(made.id)
        expect(await node.catalog.find(made.id)).toEqual({ slug, placement: made.placement })
        expect((await node.door.query(made.id, 'select id from notes', [])).rows).toEqual([{ id: 'first' }])
        expect(await deployed.tenants.find(slug)).toEqual(made)
        expect(await deployed.tenants.find(made.id)).toEqual(made)
      })

      test('furnishing that fails leaves nothing behind', async () => {
        const before = await traces(deployed)
        const mistake = new Error('no chairs')
        const failed = deployed.tenants.create({ slug: `bare-${tier}`, name: 'Bare', tier }, async (tenant) => {
          await furnish(tenant)
          expect(await count(traces(deployed))).toBeGreaterThan(before.length)
          throw mistake
        })
        await expect(failed).rejects.toMatchObject({
          code: 'tenancy.provisioning_failed',
          detail: 'The tenant could not be created. Nothing of it was kept.',
          operator: expect.stringContaining(`bare-${tier}: Error: no chairs`),
          cause: mistake,
        })
        expect(await traces(deployed)).toEqual(before)
      })

      test('a refusal of the one who furnishes is passed on in its own words', async () => {
        const before = await traces(deployed)
        const refusal = tenancyErrors.notAdmitted()
        const refused = deployed.tenants.create({ slug: `bare-${tier}`, name: 'Bare', tier }, () =>
          Promise.reject(refusal),
        )
        await expect(refused).rejects.toBe(refusal)
        expect(await traces(deployed)).toEqual(before)
      })

      test('so does an answer that is lost when the tenant is opened, whether it was opened or not', async () => {
        const before = await traces(deployed)
        const tap = await wireTap(deployed.migratorUrl)
        const { names, doorKey, migrations } = deployed
        const tenants = createTenants({ migratorUrl: tap.url, names, doorKey, modules: migrations.houses })
        for (const moment of ['before', 'answered'] as const) {
          const failed = tenants.create({ slug: `lost-${tier}`, name: 'Lost', tier }, async (tenant) => {
            await furnish(tenant)
            tap.cutAt(`set state = 'active'`, moment)
          })
          await expect(failed).rejects.toMatchObject({ code: 'tenancy.provisioning_failed' })
          expect(await traces(deployed)).toEqual(before)
        }
        tap.close()
      })

      test('a slug that is taken is refused, and the tenant that has it is not disturbed', async () => {
        const taken = await deployed.tenant(`taken-${tier}`, tier)
        const before = await traces(deployed)
        for (const other of tiers)
          await expect(deployed.tenant(`taken-${tier}`, other)).rejects.toMatchObject({
            code: 'tenancy.slug_taken',
            status: 409,
          })
        expect(await traces(deployed)).toEqual(before)
        expect((await node.door.query(taken.id, 'select id from notes', [])).rows).toEqual([])
      })

      test('of several who want a slug at once, one gets it', async () => {
        const callers = Array.from({ length: 3 }, () => deployed.tenant(`race-${tier}`, tier))
        const outcomes = (await Promise.allSettled(callers)).map((outcome) =>
          outcome.status === 'fulfilled' ? 'made' : (outcome.reason as { code: string }).code,
        )
        expect(outcomes.toSorted()).toEqual(['made', 'tenancy.slug_taken', 'tenancy.slug_taken'])
      })
    })

    test('tenants that are made at once in every tier do not disturb each other', async () => {
      const made = await Promise.all(
        tiers.flatMap((tier) => [1, 2].map((n) => deployed.tenant(`crowd-${tier}-${n}`, tier))),
      )
      for (const { id } of made)
        expect((await node.door.query(id, 'select rowhouse.tenant_id() as id', [])).rows).toEqual([{ id }])
    })

    test('a slug or name that cannot be is refused and leaves nothing', async () => {
      const before = await traces(deployed)
      for (const slug of ['', 'A', '-a', 'a-', 'a b', 'a'.repeat(41)])
        await expect(deployed.tenant(slug, 'schema')).rejects.toMatchObject({ code: '23514' })
      expect(await traces(deployed)).toEqual(before)
    })

    test('a house that cannot be built leaves nothing', async () => {
      const before = await traces(deployed)
      const folder = migrationFolder('broken')
      folder.write({ '0001_broken.sql': 'create table half (); select 1 / 0' })
      const { names, doorKey, migratorUrl, migrations } = deployed
      const tenants = createTenants({ migratorUrl, names, doorKey, modules: [...migrations.houses, folder.module] })
      const failed = tenants.create({ slug: 'broken', name: 'Broken', tier: 'schema' }, async () => {})
      await expect(failed).rejects.toMatchObject({
        code: 'tenancy.provisioning_failed',
        operator: expect.stringMatching(/^broken: .*broken\/0001_broken\.sql: division by zero/),
      })
      folder.remove()
      expect(await traces(deployed)).toEqual(before)
    })

    test('tenants are listed in pages, without those that are not ready', async () => {
      const seen: Tenant[] = []
      for (let after: string | null = null; ; after = seen.at(-1)!.id) {
        const page = await deployed.tenants.list({ after, limit: 4 })
        seen.push(...page)
        if (page.length < 4) break
      }
      const [row] = await deployed.admin<{ n: number }>(
        deployed.names.controlDatabase,
        'select count(*)::integer as n from control.tenants',
      )
      expect(new Set(seen.map(({ id }) => id)).size).toBe(row!.n)
    })
  })
}
