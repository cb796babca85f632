/** Generated statements: seeded, over the tables under attack. */
import type { Random } from '../../random.ts'
import type { Statement } from '../scene.ts'
import type { House, World } from '../world.ts'
import { createConditions } from './conditions.ts'
import { createSelects } from './selects.ts'
import { createWords, type Hole } from './words.ts'
import { createWrites } from './writes.ts'

export interface Generated extends Statement {
  readonly kind: string
  /** Answers the same from the attacker's rows alone. */
  readonly comparable: boolean
  /** The same about what exists nowhere; both must answer alike. `holes` are the values that differ. */
  readonly twin?: { readonly text: string; readonly holes: readonly Hole[] }
}

export interface Grammar {
  select(): Generated
  write(): Generated
}

export function createGrammar(world: World, house: House, random: Random): Grammar {
  const words = createWords(world, house, random)
  const condition = createConditions(words)
  const select = createSelects(words, condition)
  const writes = createWrites(words, condition)

  function generated(kind: string, make: () => string, comparable: boolean): Generated {
    const note = words.begin()
    const text = make()
    const absent = note.holes.reduce((sofar, hole) => sofar.replaceAll(hole.foreign, hole.absent), text)
    const twin = note.paired && absent !== text ? { twin: { text: absent, holes: note.holes } } : {}
    return { kind, text, comparable: comparable && note.alone, ...twin }
  }

  return {
    select: () => generated('selects', select, true),
    write() {
      const [kind, make] = random.pick(writes)
      return generated(kind, make, false)
    },
  }
}
