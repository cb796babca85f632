/** Whoever knows whose session it is, and not its secret, can neither renew nor end it. */
import { harms } from '../family.ts'
import type { Scenario } from '../scenario.ts'

const prefix = 'rht_'

export const stranger: Scenario = {
  name: 'a stranger guesses',
  times: 20,
  async run(scene, random, where) {
    const family = await scene.newFamily(where, random)
    for (let n = 0; n < 6; n += 1) {
      const bytes = Buffer.from(family.newest.slice(prefix.length), 'base64url')
      // The tenant and the session are no secrets; then follows what all tokens of the session share.
      const at = 32 + random.int(16)
      bytes[at] = bytes[at]! ^ (1 << random.int(8))
      const outcome = await scene.settle(random.pick(scene.places), prefix + bytes.toString('base64url'))
      scene.count.add('guesses')
      if (outcome.kind !== 'over') scene.count.find({ harm: harms.alive, where, saw: `a guess was ${outcome.kind}` })
    }
    await scene.expectAlive(family, where)
  },
}
