/** A tenant and what the proof knows of its rows. One worker at a time is at work for it, so that this is exact. */
import type { Placement } from '@rowhouse/tenancy'
import type { Random } from '../random.ts'

export interface Row {
  readonly name: string
  readonly canary: string
  readonly body: string
  readonly amount: number
}

/** In the order of their names. */
export type Rows = readonly Row[]

export interface Resident {
  readonly label: string
  readonly id: string
  readonly placement: Placement
  readonly canary: string
  rows: Rows
  /** What its rows are if the change whose answer was lost has happened, and since when this is open. */
  perhaps: { readonly rows: Rows; readonly sinceMs: number } | undefined
}

/** Letters before every canary; nothing else has them. */
export const canaryMark = 'cnry'
export const rowNames = 'abcdefghijkl'.split('')
const atFirst = 5

export function makeResident(label: string, id: string, placement: Placement, random: Random): Resident {
  const canary = `${canaryMark}${random.hex(20)}`
  const rows = rowNames.slice(0, atFirst).map((name) => makeRow(name, canary, random))
  return { label, id, placement, canary, rows, perhaps: undefined }
}

export const makeRow = (name: string, canary: string, random: Random): Row => ({
  name,
  canary,
  body: `${random.pick(words)} ${canary.slice(-6)} ${random.hex(6)}`,
  amount: random.int(1_000_000),
})

/** Encodings and escapes have something to change in these. */
const words = ['plain', 'Zoë', 'naïve €5', '數據', `it's`, 'back\\slash', 'two\nlines', '']
