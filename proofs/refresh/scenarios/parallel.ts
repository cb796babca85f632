/** T9: 2 to 200 clients renew with one token at once, at two nodes: one successor, and all of them are given it. */
import { receiveAll } from '../family.ts'
import { crowd, crowdSize } from '../crowd.ts'
import type { Scenario } from '../scenario.ts'

export const parallel: Scenario = {
  name: 'in parallel',
  times: 70,
  async run(scene, random, where) {
    const family = await scene.newFamily(where, random)
    for (let round = 0; round < 2; round += 1) {
      const parent = family.newest
      const sinceMs = performance.now()
      const outcomes = await crowd(scene, parent, crowdSize(random.int(1_001) / 1_000))
      receiveAll(family, parent, outcomes)
      // Who was told to come again, or told nothing, does; who was told that it is over is a client signed out.
      for (const outcome of outcomes.filter(({ kind }) => kind !== 'renewed')) {
        const isOver = outcome.kind === 'over'
        if (isOver) scene.count.add('told in a crowd that it is over')
        if (!(await scene.expectRenewal(family, random.pick(scene.places), parent, where, sinceMs))) return
        if (isOver) scene.count.find({ harm: 'an honest client signed out', where, saw: 'over, in a crowd' })
      }
    }
    await scene.expectAlive(family, where)
  },
}
