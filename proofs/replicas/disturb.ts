/** Standbys made late, paused, killed and frozen, each on its own, until it is over. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Standby } from '@rowhouse/testing'
import { createRandom, type Random } from '../random.ts'

export interface Disturbance {
  readonly kinds: readonly ('delayed' | 'paused' | 'killed' | 'frozen')[]
  readonly longestMs: number
  readonly seed: number
  readonly goesOn: () => boolean
  readonly note: (what: string) => void
}

/** Afterwards all is well with them again. */
export async function disturb(standbys: readonly Standby[], disturbance: Disturbance): Promise<void> {
  // One of them is always there: a commit waits for it.
  let away: Promise<void> = Promise.resolve()
  const alone = (work: () => Promise<void>) => (away = away.then(work))
  await Promise.all(standbys.map((standby) => disturbOne(standby, disturbance, alone)))
}

async function disturbOne(
  standby: Standby,
  { kinds, longestMs, seed, goesOn, note }: Disturbance,
  alone: (work: () => Promise<void>) => Promise<void>,
): Promise<void> {
  const random = createRandom(seed, standby.name)
  while (goesOn()) {
    const kind = random.pick(kinds)
    const work = () => ways[kind](standby, random, longestMs)
    await (kind === 'killed' || kind === 'frozen' ? alone(work) : work())
    note(kind)
    await sleep(random.int(longestMs))
  }
}

const ways = {
  async delayed(standby: Standby, random: Random, longestMs: number) {
    await standby.setReplayDelay(random.int(random.chance(0.5) ? longestMs : longestMs / 20))
    await sleep(random.int(longestMs))
    await standby.setReplayDelay(0)
  },
  async paused(standby: Standby, random: Random, longestMs: number) {
    await standby.pause()
    await sleep(random.int(longestMs))
    await standby.resume()
  },
  async killed(standby: Standby, random: Random) {
    await standby.kill()
    await sleep(random.int(1_000))
    await standby.start()
  },
  async frozen(standby: Standby, random: Random, longestMs: number) {
    await standby.freeze()
    await sleep(random.int(longestMs / 2))
    await standby.thaw()
  },
}
