import { setImmediate } from 'node:timers/promises'
import type { Door } from '@rowhouse/tenancy'
import { createRandom } from '../random.ts'
import { callOnce } from './call.ts'
import type { Resident } from './resident.ts'
import type { Scene } from './scene.ts'

/** Calls for tenants at random, as long as there is `more` to do; each tenant is one worker's, so that all is known of it. */
export async function work(
  scene: Scene,
  doors: readonly Door[],
  residents: readonly Resident[],
  workers: number,
  more: () => boolean,
): Promise<void> {
  await Promise.all(
    Array.from({ length: Math.min(workers, residents.length) }, async (_, worker) => {
      const random = createRandom(scene.seed, `${scene.title} worker ${worker}`)
      const own = residents.filter((_resident, at) => at % workers === worker)
      while (more()) {
        scene.signal.throwIfAborted()
        await callOnce(scene, random.pick(doors), random.pick(own), random)
        // A call that fails at once must not keep sockets from being heard.
        await setImmediate()
      }
    }),
  )
}
