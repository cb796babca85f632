/** T12: the answer is lost on its way, whole or in part, or the client hangs up: asking again gives what was withheld. */
import { setTimeout as sleep } from 'node:timers/promises'
import { Lost, openConnection } from '../../nodes/connection.ts'
import { openCut } from '../cut.ts'
import { harms } from '../family.ts'
import { outcomeOf, refreshRequest, renew } from '../outcome.ts'
import type { Place } from '../place.ts'
import type { Scenario } from '../scenario.ts'
import type { Scene } from '../scene.ts'

export const lostAnswer: Scenario = {
  name: 'an answer lost',
  times: 80,
  async run(scene, random, where) {
    const family = await scene.newFamily(where, random)
    for (let generation = 0; generation < 2; generation += 1) {
      const parent = family.newest
      const sinceMs = performance.now()
      let withheld: string | undefined
      for (let n = 0; n <= random.int(3); n += 1) {
        withheld ??= await loseAnswer(
          scene,
          random.pick(scene.places),
          parent,
          random.pick([0, 1, 20, 300, 700, 9_999]),
        )
      }
      if (!(await scene.expectRenewal(family, random.pick(scene.places), parent, where, sinceMs))) return
      if (withheld !== undefined && withheld !== family.newest) {
        scene.count.find({ harm: harms.two, where, saw: `${withheld} was withheld, ${family.newest} came` })
      }
    }
    await scene.expectAlive(family, where)
  },
}

/** @returns the successor that the client was not given */
async function loseAnswer(scene: Scene, place: Place, token: string, bytes: number): Promise<string | undefined> {
  const cut = await openCut(place.port, bytes)
  const connection = await openConnection(cut.port)
  try {
    const outcome = await renew(connection, refreshRequest(token))
    if (outcome.kind !== 'unknown') throw new Error('The whole answer came through the cut')
    scene.count.add('refreshes')
    const answer = await cut.withheld.catch(() => undefined)
    const said = answer && outcomeOf(answer)
    scene.count.add('answers lost')
    return said?.kind === 'renewed' ? said.tokens.refreshToken : undefined
  } finally {
    connection.close()
    cut.close()
  }
}

export const hungUp: Scenario = {
  name: 'a client hangs up',
  times: 50,
  async run(scene, random, where) {
    const family = await scene.newFamily(where, random)
    const parent = family.newest
    const sinceMs = performance.now()
    for (let n = 0; n <= random.int(3); n += 1) {
      const connection = await openConnection(random.pick(scene.places).port)
      const asked = connection.ask(refreshRequest(parent)).catch((error: unknown) => {
        if (!(error instanceof Lost)) throw error
      })
      await sleep(random.int(8))
      connection.close()
      await asked
      scene.count.add('refreshes')
      scene.count.add('connections closed by the client')
    }
    if (!(await scene.expectRenewal(family, random.pick(scene.places), parent, where, sinceMs))) return
    await scene.expectAlive(family, where)
  },
}
