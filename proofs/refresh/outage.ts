/**
 * The database of the tenants is down for longer than the window, and that of the sessions is not. Clients ask until they
 * are answered; nobody is signed out for it.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { createRandom, type Random } from '../random.ts'
import type { Family } from './family.ts'
import { lost, refreshRequest, renew } from './outcome.ts'
import { type Scene, windowMs } from './scene.ts'

export async function outage(scene: Scene, seed: number, families: number): Promise<void> {
  const random = createRandom(seed, 'outage')
  const all: Family[] = []
  while (all.length < families) all.push(await scene.newFamily('outage', random))
  await scene.administrator.closeHouses()
  const until = performance.now() + windowMs + 500
  try {
    await Promise.all(all.map(({ newest }) => askInVain(scene, newest, until, random)))
  } finally {
    await scene.administrator.openHouses()
  }
  const sinceMs = performance.now()
  for (const family of all)
    await scene.expectRenewal(family, random.pick(scene.places), family.newest, 'outage', sinceMs)
}

async function askInVain(scene: Scene, token: string, until: number, random: Random): Promise<void> {
  while (performance.now() < until) {
    const place = random.pick(scene.places)
    const { kind } = await place.lend(1, ([one]) => renew(one!, refreshRequest(token))).catch(lost)
    scene.count.add('refreshes')
    scene.count.add(`answered ${kind} while the tenants' database was down`)
    await sleep(1_000)
  }
}
