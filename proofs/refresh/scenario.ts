import type { Random } from '../random.ts'
import type { Scene } from './scene.ts'

/** One story of one family, from its sign-in to what must be true at its end. */
export interface Scenario {
  readonly name: string
  /** How often, in the short form. */
  readonly times: number
  run(scene: Scene, random: Random, where: string): Promise<void>
}
