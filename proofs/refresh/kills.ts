/**
 * T12: a node is killed with -9 between the commit of a refresh and its answer, or at any moment, while families renew there.
 * Each asks again at the other node and is given the successor that was committed, if one was.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { createRandom } from '../random.ts'
import { crowd } from './crowd.ts'
import { type Family, receiveAll } from './family.ts'
import { lost, type Outcome, refreshRequest, renew } from './outcome.ts'
import type { Place } from './place.ts'
import type { Scene } from './scene.ts'

const families = 16

export async function killNodes(scene: Scene, seed: number, rounds: number): Promise<void> {
  const { count, signal } = scene
  const [survivor, victim] = scene.places
  for (let round = 0; round < rounds; round += 1) {
    signal.throwIfAborted()
    const random = createRandom(seed, `kill ${round}`)
    const where = `kill ${round}`
    const atCrashPoint = random.chance(0.7)
    await victim.restart(atCrashPoint ? { crashPoint: `identity.refresh.rotated#${1 + random.int(families)}` } : {})
    const all: Family[] = []
    for (let n = 0; n < families; n += 1) all.push(await scene.newFamily(where, random))
    const before = await Promise.all(all.map((family) => scene.kept(family)))
    const killed = atCrashPoint ? undefined : sleep(random.int(30)).then(() => victim.kill())
    const sinceMs = performance.now()
    const parents = all.map(({ newest }) => newest)
    await Promise.all(
      all.map(async (family, at) => {
        const alone = at % 2 === 0
        const outcomes = alone ? [await renewAt(victim, parents[at]!)] : await crowd(scene, parents[at]!, 2 + (at % 4))
        receiveAll(family, parents[at]!, outcomes)
      }),
    )
    await killed
    count.add(atCrashPoint ? 'nodes killed between commit and answer' : 'nodes killed at any moment')
    for (const [at, family] of all.entries()) {
      const committed = (await scene.kept(family)).live !== before[at]!.live
      if (committed && family.newest === parents[at])
        count.add('families whose successor was committed and told to nobody')
      if (await scene.expectRenewal(family, survivor, parents[at]!, where, sinceMs))
        await scene.expectRenewal(family, survivor, family.newest, where, performance.now())
    }
  }
}

const renewAt = (place: Place, token: string): Promise<Outcome> =>
  place.lend(1, ([connection]) => renew(connection!, refreshRequest(token))).catch(lost)
