/**
 * T12: while families renew at a node, it is killed with -9 between the commit of a refresh and its answer, or at any moment,
 * or the database ends every connection, also those that wait for a commit. Each family asks again at the other node and is
 * given the successor that was committed, if one was.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { createRandom, type Random } from '../random.ts'
import { crowd } from './crowd.ts'
import { type Family, receiveAll } from './family.ts'
import { lost, type Outcome, refreshRequest, renew } from './outcome.ts'
import type { Place } from './place.ts'
import type { Scene } from './scene.ts'

const families = 16

export async function killNodes(scene: Scene, seed: number, rounds: number): Promise<void> {
  const { count, signal, administrator } = scene
  const [survivor, victim] = scene.places
  for (let round = 0; round < rounds; round += 1) {
    signal.throwIfAborted()
    const random = createRandom(seed, `kill ${round}`)
    const where = `kill ${round}`
    const strike = await prepareBlow(scene, victim, random)
    const all: Family[] = []
    for (let n = 0; n < families; n += 1) all.push(await scene.newFamily(where, random))
    const before = await Promise.all(all.map(administrator.kept))
    const sinceMs = performance.now()
    const parents = all.map(({ newest }) => newest)
    const struck = strike()
    await Promise.all(
      all.map(async (family, at) => {
        const alone = at % 2 === 0
        const outcomes = alone ? [await renewAt(victim, parents[at]!)] : await crowd(scene, parents[at]!, 2 + (at % 4))
        receiveAll(family, parents[at]!, outcomes)
      }),
    )
    await struck
    for (const [at, family] of all.entries()) {
      const committed = (await administrator.kept(family)).live !== before[at]!.live
      if (committed && family.newest === parents[at])
        count.add('families whose successor was committed and told to nobody')
      if (await scene.expectRenewal(family, survivor, parents[at]!, where, sinceMs))
        await scene.expectRenewal(family, survivor, family.newest, where, performance.now())
    }
  }
}

/** What strikes once the families renew. */
async function prepareBlow(
  { administrator, count }: Scene,
  victim: Place,
  random: Random,
): Promise<() => Promise<void>> {
  const soon = random.int(30)
  const blow = random.int(10)
  if (blow < 6) {
    await victim.restart({ crashPoint: `identity.refresh.rotated#${1 + random.int(families)}` })
    count.add('nodes killed between commit and answer')
    return async () => {}
  }
  await victim.restart()
  if (blow < 8) {
    count.add('nodes killed at any moment')
    return () => sleep(soon).then(victim.kill)
  }
  count.add('times that the database ended all connections')
  return () => sleep(soon).then(administrator.cutConnections)
}

const renewAt = (place: Place, token: string): Promise<Outcome> =>
  place.lend(1, ([connection]) => renew(connection!, refreshRequest(token))).catch(lost)
