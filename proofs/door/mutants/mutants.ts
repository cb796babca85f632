/** Ways to break the door, one at a time, on a scratch database. A proof that does not notice them proves nothing. */
import type pg from 'pg'
import type { Edit } from '../broken-code.ts'
import type { World } from '../world.ts'
import { catalogMutants } from './catalog.ts'
import { codeMutants } from './code.ts'
import { functionMutants } from './functions.ts'

export interface Mutant {
  readonly name: string
  /** Who must notice: the hostile SQL, what is checked at start-up and after migrations, or each of them. */
  readonly noticedBy: readonly ('probes' | 'checks')[]
  /** Breaks it and returns what mends it. */
  readonly sql?: (admin: pg.Client, world: World) => Promise<readonly string[]>
  readonly code?: Edit
  /** The probes that have reason to notice, tried first; without any, in their usual order. */
  readonly probes?: readonly string[]
}

export const mutants: readonly Mutant[] = [...functionMutants, ...catalogMutants, ...codeMutants]
