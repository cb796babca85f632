/** All that is done to the houses of one world. */
import * as tenancy from '@rowhouse/tenancy'
import { createRandom } from '../random.ts'
import { openEntrance, type Way } from './entrance.ts'
import { attackAtRandom } from './generated.ts'
import type { Size, Stage } from './probe.ts'
import { bounds, probes } from './probes/probes.ts'
import { createScene } from './scene.ts'
import type { Tally } from './tally.ts'
import type { Vault } from './vault.ts'
import type { House, World } from './world.ts'

export interface Attack {
  readonly world: World
  readonly vault: Vault
  readonly tally: Tally
  readonly seed: number
  readonly size: Size
  readonly signal: AbortSignal
}

/** Half of all houses with plans forced to be generic, the other half as PostgreSQL chooses; the next seed turns it round. */
export async function attackWorld(attack: Attack, report: (line: string) => void): Promise<void> {
  const { world, tally, seed, size } = attack
  for (const [at, house] of world.houses.entries()) {
    const [before, started] = [tally.sent(), performance.now()]
    const options = (at + seed) % 2 === 0 ? '-c plan_cache_mode=force_generic_plan' : ''
    await attackHouse(attack, house, namesFor(at, size.thorough), { tenancy, options })
    const seconds = ((performance.now() - started) / 1000).toFixed(0)
    report(
      `PostgreSQL ${world.major}, ${house.label}: ${tally.sent() - before} statements, ${seconds} s${options && ', generic plans'}`,
    )
  }
}

const everything = { ...probes, ...bounds }

const namesFor = (at: number, thorough: boolean) => {
  if (!thorough) return at === 0 ? Object.keys(probes) : quick
  return at === 0 ? [...Object.keys(probes), ...Object.keys(bounds)] : Object.keys(probes)
}

/** What a house is asked in the miniature when another had all of them. */
const quick = ['context', 'proofs', 'residence', 'oracles', 'cascades', 'walls', 'plans', 'destroyed']

/** The probes named, then what is generated, through the tenancy given: sound or broken. */
export async function attackHouse(attack: Attack, house: House, names: readonly string[], way: Way): Promise<void> {
  const { world, vault, tally, seed, size, signal } = attack
  const entrance = openEntrance(world, way)
  try {
    const scene = createScene(world, house, entrance, vault, tally)
    await scene.witness.begin()
    const stage = (name: string): Stage => ({
      world,
      house,
      entrance,
      scene,
      vault,
      tally,
      size,
      signal,
      random: createRandom(seed, `${house.label} ${name}`),
    })
    for (const name of names) {
      await everything[name]!(stage(name))
      await scene.settle()
    }
    if (size.generated > 0) await attackAtRandom(stage('generated'), size.generated)
  } finally {
    await entrance.close()
  }
}
