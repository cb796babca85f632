/** I23: names made to break out of quotes and paths. */
import { createTenants } from '@rowhouse/tenancy'
import type { Probe } from '../probe.ts'

const slugs = [
  'a";drop schema pooled cascade;--',
  `a'; drop table accounts; --`,
  '$user',
  '"$user"',
  'pg_temp',
  '../x',
  'A',
  'a b',
  'ａ',
  '',
  'x'.repeat(100),
  '-a',
  'a-',
  '{{owner}}',
  'a\u0000b',
]

export const hostileNames: Probe = async ({ world, scene, tally }) => {
  const tenants = createTenants({
    migratorUrl: world.migratorUrl,
    names: world.names,
    doorKey: world.doorKey,
    modules: world.migrations.houses,
  })
  for (const slug of slugs) {
    tally.count('I23 hostile names')
    const made = await tenants.create({ slug, name: slug, tier: 'schema' }, async () => {}).catch(() => undefined)
    if (made) scene.find('allowed', `a tenant with the slug ${slug}`, made.placement.schemaName)
  }
  tally.count('I23 hostile names')
  const name = `x";drop schema pooled cascade;--'{{owner}}`
  const odd = await tenants
    .create({ slug: 'odd-name', name, tier: 'schema' }, async () => {
      throw new Error('undone')
    })
    .catch(() => undefined)
  if (odd) scene.find('allowed', 'a tenant that could not be furnished', odd.id)
  for (const path of ['a";drop table accounts;--', '"$user"', 'pg_temp', 'pooled, pg_temp']) {
    await scene.driver('I23 hostile names', { text: `select secret from "${path.replaceAll('"', '""')}".accounts` })
    await scene.driver('I23 hostile names', { text: `select $1::regclass`, values: [`${path}.accounts`] })
  }
}
