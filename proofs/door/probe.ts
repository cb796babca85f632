import type { Random } from '../random.ts'
import type { Entrance } from './entrance.ts'
import type { Scene } from './scene.ts'
import type { Tally } from './tally.ts'
import type { Vault } from './vault.ts'
import type { House, World } from './world.ts'

/** One house under attack, with all that a probe may need. */
export interface Stage {
  readonly world: World
  readonly house: House
  readonly entrance: Entrance
  readonly scene: Scene
  readonly vault: Vault
  readonly tally: Tally
  readonly random: Random
  readonly size: Size
  readonly signal: AbortSignal
}

export interface Size {
  /** Every probe in every house; otherwise every probe in the first, and the quick ones in the others. */
  readonly thorough: boolean
  /** Generated statements for each house. */
  readonly generated: number
  /** Values tried for each question by hand. */
  readonly repeats: number
  /** Of the functions that the application may call, every how many-th is called. */
  readonly everyFunction: number
  /** Of the hostile commands that may run, every how many-th has a session. */
  readonly everyCommand: number
  /** Pairs of the timing test; 0 leaves it out. */
  readonly timings: number
}

/** Written by hand, for rows of the threat list: see coverage.ts. Its categories begin with the row. */
export type Probe = (stage: Stage) => Promise<void>
