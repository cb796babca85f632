/** A program that provisions one tenant and may be killed on the way: `node provision.fixture.ts '<Provision as JSON>'`. */
import { armCrashPoint } from '@rowhouse/kernel'
import { noteMigrations, openNode } from './deployment.fixture.ts'
import { controlPlacement, createTenants, type Deployment, memberMigrations, type Tier } from './tenancy.ts'

export interface Provision {
  readonly names: Deployment
  readonly applicationUrl: string
  readonly migratorUrl: string
  /** Hexadecimal. */
  readonly doorKey: string
  readonly slug: string
  readonly tier: Tier
  /** `<crash point>#<visit>`, see `armCrashPoint`. */
  readonly crashAt?: string
}

if (import.meta.main) {
  const { crashAt, slug, tier, ...where } = JSON.parse(process.argv[2]!) as Provision
  const doorKey = Buffer.from(where.doorKey, 'hex')
  if (crashAt !== undefined) armCrashPoint(crashAt)
  const node = openNode({ ...where, doorKey })
  const tenants = createTenants({ ...where, doorKey, modules: [memberMigrations, noteMigrations] })
  await tenants.create({ slug, name: slug, tier }, async ({ id, placement }) => {
    for (const place of [placement, controlPlacement(where.names)])
      await node.door.at(() => place).query(id, `insert into notes (id) values ('first')`, [])
  })
  await node.stop()
}
