/** Two tabs of one person share their storage. Both wake when the access token is due, and both renew, at once or in turn. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Random } from '../../random.ts'
import type { Scenario } from '../scenario.ts'

export const tabs: Scenario = {
  name: 'two tabs',
  times: 40,
  async run(scene, random, where) {
    const family = await scene.newFamily(where, random)
    let stored = family.newest
    const tab = async (delays: Random) => {
      await sleep(delays.int(20))
      const mine = stored
      const before = family.tokens.length
      const renewed = await scene.expectRenewal(family, delays.pick(scene.places), mine, where, performance.now())
      // Another tab may have been ahead of this one: what is stored is never put back.
      if (renewed && family.tokens.length >= before) stored = family.newest
      return renewed
    }
    for (let round = 0; round < 3; round += 1) {
      const renewed = await Promise.all([tab(random), tab(random)])
      scene.count.add('rounds of two tabs')
      if (renewed.includes(false)) return
    }
    await scene.expectAlive(family, where)
  },
}
