/** All stories, told at once as far as there are lanes: while some wait for their window to pass, others work. */
import type { NodeOptions } from '../nodes/node.ts'
import { createRandom } from '../random.ts'
import type { Scenario } from './scenario.ts'
import { ends } from './scenarios/ended.ts'
import { hungUp, lostAnswer } from './scenarios/lost.ts'
import { parallel } from './scenarios/parallel.ts'
import { repeat, replays } from './scenarios/replay.ts'
import { stranger } from './scenarios/stranger.ts'
import { tabs } from './scenarios/tabs.ts'
import type { Scene } from './scene.ts'

export const scenarios: readonly Scenario[] = [
  parallel,
  repeat,
  ...replays,
  lostAnswer,
  hungUp,
  tabs,
  ...ends,
  stranger,
]

/** T24. The door shuts out a node whose clock is more than four minutes behind. */
export const crookedClocks: readonly [NodeOptions, NodeOptions] = [
  { clockOffsetMs: 180_000 },
  { clockOffsetMs: -180_000 },
]

export async function play(scene: Scene, which: readonly Scenario[], seed: number, scale: number): Promise<void> {
  const stories = which.flatMap(({ name, times, run }) =>
    Array.from({ length: Math.ceil(times * scale) }, (_, at) => ({ name, run, where: `${name} (${at})` })),
  )
  const random = createRandom(seed, 'order')
  const order = stories.map((story) => ({ story, rank: random.int(2 ** 30) })).toSorted((a, b) => a.rank - b.rank)
  const told = await Promise.allSettled(
    order.map(({ story: { name, run, where } }) =>
      scene.lanes.run(async () => {
        scene.signal.throwIfAborted()
        await run(scene, createRandom(seed, where), where)
        scene.count.add(`stories: ${name}`)
      }),
    ),
  )
  const failed = told.find(({ status }) => status === 'rejected')
  if (failed) throw (failed as PromiseRejectedResult).reason
}
