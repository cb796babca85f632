/** Everything that is asked of one running platform: its tenants live, attack each other, and live on. */
import { createRandom } from '../random.ts'
import { type ApiDocument, type ApiOperation, operationsOf } from './api.ts'
import { ask } from './ask.ts'
import { findGaps } from './coverage.ts'
import { learnForms } from './learn.ts'
import { live, lookAround } from './life.ts'
import type { Platform } from './platform.ts'
import { probes } from './probes/probes.ts'
import { timing } from './probes/timing.ts'
import { searchLog, searchMetrics, searchSpans } from './records.ts'
import type { Resident } from './residents.ts'
import { createScene, type Scene, type SceneParts } from './scene.ts'

export interface AttackOptions extends Omit<SceneParts, 'api' | 'random'> {
  readonly seed: number
  /** Some of the probes, by name. Without: all of them, and afterwards everybody lives on. */
  readonly names?: readonly string[]
  readonly report: (line: string) => void
}

export async function attackPlatform(options: AttackOptions): Promise<Scene> {
  const { platform, residents, lookout, seed, size, names = Object.keys(probes), report } = options
  const random = createRandom(seed, 'skeleton')
  const scene = createScene({ ...options, api: await readApi(platform), random })
  for (const resident of residents) await live(scene, resident)
  report(`${residents.length} tenants live: ${lookout.size} canaries and ids are known`)
  const forms = await learnForms(scene, residents[0]!)
  report(
    `${scene.api.length} operations, ${forms.reduce((sum, { slots }) => sum + slots.length, 0)} places for ids and words`,
  )

  const attackers = attackersOf(residents, size.attackers).map((who, at) => ({
    scene: { ...scene, random: createRandom(seed, `attacker ${who.slug}`) },
    forms,
    who,
    others: othersOf(residents, who, size.victims, at),
  }))
  // All at once, but one probe at a time: some write in the name of others, whose answers must not change meanwhile.
  for (const name of names) await together(attackers.map((attack) => probes[name]!(attack)))
  // One after the other: whoever waits for somebody else's request tells nothing by it.
  for (const who of attackersOf(residents, 1)) {
    await timing({ scene, forms, who, others: residents.filter((other) => other !== who) })
  }

  if (options.names) return scene
  for (const resident of residents) {
    await live(scene, resident)
    await lookAround(scene, resident)
  }
  findGaps(scene)
  return scene
}

/** What the platform has written down of it. It is stopped: the last spans come then. */
export async function readRecords(scene: Scene): Promise<void> {
  await searchMetrics(scene)
  await scene.platform.stop()
  searchLog(scene)
  searchSpans(scene)
}

/** Waits for all, also when one has thrown: nothing goes on behind the proof's back. */
async function together(works: readonly Promise<void>[]): Promise<void> {
  const failed = (await Promise.allSettled(works)).find(({ status }) => status === 'rejected')
  if (failed) throw (failed as PromiseRejectedResult).reason
}

async function readApi({ origin }: Platform): Promise<ApiOperation[]> {
  const { body } = await ask(origin, { method: 'GET', path: '/openapi.json' })
  return operationsOf(JSON.parse(body) as ApiDocument, 'tenant')
}

/** So many of each tier: a fresh one, the one of the demo, more fresh ones. */
const attackersOf = (residents: readonly Resident[], ofEach: number): Resident[] =>
  [...Map.groupBy(residents, ({ tier }) => tier).values()].flatMap(([demo, first, ...rest]) =>
    [first, demo, ...rest].filter((resident) => resident !== undefined).slice(0, ofEach),
  )

/** The neighbours first: whoever lives in the same tables is where a leak would be. */
function othersOf(residents: readonly Resident[], who: Resident, most: number, turn: number): Resident[] {
  const others = residents.filter((resident) => resident !== who)
  const turned = [...others.slice(turn), ...others.slice(0, turn)]
  return turned.toSorted((a, b) => Number(b.tier === who.tier) - Number(a.tier === who.tier)).slice(0, most)
}
