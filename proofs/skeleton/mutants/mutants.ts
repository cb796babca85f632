/** Ways to break the product, one at a time, on a scratch deployment. A prober that does not notice them proves nothing. */
import type { Edit } from '../../nodes/edit.ts'
import type { Platform } from '../platform.ts'
import type { Harm } from '../tally.ts'
import { codeMutants } from './code.ts'
import { sqlMutants } from './sql.ts'

export interface Mutant {
  readonly name: string
  /** As what it must be noticed. That something else goes wrong besides is no proof. */
  readonly shows: readonly Harm[]
  /** Probes that have reason to notice, in order; none where tenants' own lives or the records suffice; all when absent. */
  readonly probes?: readonly string[]
  /** Words replaced in the program's sources. */
  readonly code?: readonly Edit[]
  /** Breaks the database, while the program runs. */
  readonly sql?: (platform: Platform) => Promise<void>
  /** Pairs of each timed operation, where time tells. */
  readonly timings?: number
}

export const mutants: readonly Mutant[] = [...codeMutants, ...sqlMutants]
