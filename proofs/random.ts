import { createHash } from 'node:crypto'

/** Choices that are the same for the same seed. */
export interface Random {
  /** From 0 up to and without `end`. */
  int(end: number): number
  chance(probability: number): boolean
  pick<T>(list: readonly T[]): T
  hex(digits: number): string
  uuid(): string
}

/** Mulberry32: 32 bits of state are plenty for choosing statements. Each label has a sequence of its own. */
export function createRandom(seed: number, label: string): Random {
  let state = createHash('sha256').update(`${seed} ${label}`).digest().readUInt32LE()
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
  const int = (end: number) => Math.floor(next() * end)
  const hex = (digits: number) => Array.from({ length: digits }, () => int(16).toString(16)).join('')
  return {
    int,
    chance: (probability) => next() < probability,
    pick: (list) => {
      if (list.length === 0) throw new Error('There is nothing to pick from')
      return list[int(list.length)]!
    },
    hex,
    uuid: () => `${hex(8)}-${hex(4)}-4${hex(3)}-a${hex(3)}-${hex(12)}`,
  }
}
