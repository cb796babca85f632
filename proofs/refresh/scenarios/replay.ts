/**
 * T8, T10: a token is shown again when its successor has been renewed 0 to 19 times since: depth 1 to 20. The parent itself,
 * within the window, is a client whose answer was lost; everything else is a thief, and ends the session.
 */
import type { Family } from '../family.ts'
import { harms } from '../family.ts'
import type { Scenario } from '../scenario.ts'
import { type Scene, windowMs } from '../scene.ts'

const replay = (
  name: string,
  times: number,
  depths: readonly [least: number, most: number],
  late: boolean,
): Scenario => ({
  name,
  times,
  async run(scene, random, where) {
    const [least, most] = depths
    const family = await scene.newFamily(where, random)
    const depth = least + random.int(most - least + 1)
    const before = random.int(3)
    for (let n = 0; n < before + depth; n += 1) {
      const sinceMs = performance.now()
      if (!(await scene.expectRenewal(family, random.pick(scene.places), family.newest, where, sinceMs))) return
    }
    if (late) await scene.lanes.rest(windowMs + 300)
    await showAgain(scene, family, depth, `${where}, depth ${depth}`, random.int(2))
  },
})

async function showAgain(scene: Scene, family: Family, depth: number, where: string, at: number): Promise<void> {
  const token = family.tokens.at(-1 - depth)!
  const outcome = await scene.settle(scene.places[at]!, token)
  scene.count.add(`replayed at depth ${depth}`)
  if (outcome.kind === 'renewed') {
    family.receive(token, outcome.tokens)
    scene.count.find({ harm: harms.alive, where, saw: 'the old token was renewed' })
  }
  await scene.expectDead(family, where)
}

export const replays: readonly Scenario[] = [
  replay('a parent after its window', 30, [1, 1], true),
  replay('a grandparent within the window', 40, [2, 2], false),
  replay('older ones within the window', 60, [2, 20], false),
  replay('older ones after the window', 40, [2, 20], true),
]

/** The parent within its window names its successor again, as often as it is asked. */
export const repeat: Scenario = {
  name: 'a parent within its window',
  times: 50,
  async run(scene, random, where) {
    const family = await scene.newFamily(where, random)
    const parent = family.newest
    const sinceMs = performance.now()
    for (let n = 0; n < 2 + random.int(4); n += 1) {
      scene.count.add('replayed at depth 1')
      if (!(await scene.expectRenewal(family, random.pick(scene.places), parent, where, sinceMs))) return
    }
    await scene.expectAlive(family, where)
  },
}
