/** I28: houses are covered anew while the attacker looks; no moment without a policy. */
import { migrateAll } from '@rowhouse/tenancy'
import type { Probe } from '../probe.ts'

export const whileMigrating: Probe = async ({ world, scene, signal }) => {
  const done = new AbortController()
  const migrating = migrateAll(world.migratorUrl, world.names, world.migrations).finally(() => done.abort())
  // Awaited below; until then its failure is nobody's.
  migrating.catch(() => {})
  while (!done.signal.aborted) {
    signal.throwIfAborted()
    await scene.driver('I28 while houses are covered anew', { text: 'select secret, tenant_id from accounts' })
    await scene.driver('I28 while houses are covered anew', {
      text: `update notes set body = 'm' where tenant_id <> rowhouse.tenant_id() returning secret`,
    })
  }
  await migrating
}
