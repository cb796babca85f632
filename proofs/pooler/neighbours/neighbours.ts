/** All neighbours of one pooler, at their work. */
import type { Scene } from '../scene.ts'
import { cancel, hangUp } from './break-off.ts'
import { createLookout } from './lookout.ts'
import { type Move, neighbourly } from './neighbour.ts'
import { plantByProtocol, planting } from './plant.ts'
import { spy } from './spy.ts'

/** Several of each kind, with a connection each. */
export const everybody: readonly Move[][] = [
  ...Array.from({ length: 4 }, () => [planting(), planting(), planting(), plantByProtocol, spy, spy]),
  [spy],
  [cancel],
  [hangUp],
  [cancel, hangUp, planting(), spy],
]

export async function haunt(scene: Scene, who: readonly (readonly Move[])[], more: () => boolean): Promise<void> {
  const lookout = createLookout(scene.ground, scene.title, scene.count)
  await Promise.all(who.map((moves, at) => neighbourly(scene, lookout, String(at), moves, more)))
}
