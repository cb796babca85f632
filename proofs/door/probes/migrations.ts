/** I28: houses are covered anew while the attacker looks; no moment without a policy. */
import { asClient, asOwner, urlOf } from '@rowhouse/tenancy'
import type { Probe } from '../probe.ts'
import type { World } from '../world.ts'

export const whileMigrating: Probe = async ({ world, scene, signal }) => {
  const done = new AbortController()
  const migrating = coverAgain(world).finally(() => done.abort())
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

/** What the end of every migration does: each policy is dropped and made again. */
const coverAgain = ({ migratorUrl, names }: World): Promise<void> =>
  asClient(urlOf(migratorUrl, names.sharedDatabase), async (client) => {
    for (let times = 0; times < 10; times += 1) {
      await asOwner(client, names, () => client.query('select rowhouse.cover($1, $2)', ['pooled', names.application]))
    }
  })
