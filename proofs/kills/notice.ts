/** Breaks the platform in each way and asks whether the proof notices. */
import type { Run } from '../proof.ts'
import { besidePostgres } from './ground.ts'
import type { Mutant } from './mutants.ts'
import { killAtWork, type Shift } from './shift.ts'

export interface Noticed {
  readonly mutant: Mutant
  /** The first fault; undefined when there was none. */
  readonly saw: string | undefined
}

/** A few deaths where they hurt. Who asks for a tenant then and does not hear asks nobody else. */
export const briefly = ({ points, nodes = 1, arrivals = false }: Omit<Mutant, 'name' | 'edits'>): Shift => ({
  nodes,
  commands: points.length === 0 ? 1_500 : 150,
  points: [...points, ...points],
  atRandom: 0,
  tenantsPerTier: 1,
  clientsPerTenant: 4,
  arrivals: arrivals ? { givingUp: 1 } : null,
  patienceMs: 10_000,
})

export async function breakAndNotice(
  adminUrl: string,
  mutants: readonly Mutant[],
  { seed, signal }: Pick<Run, 'seed' | 'signal'>,
  tell: (noticed: Noticed) => void,
): Promise<void> {
  for (const mutant of mutants) {
    const ground = await besidePostgres(adminUrl, mutant.edits)
    try {
      const { faults } = await killAtWork(ground, briefly(mutant), { seed, signal })
      tell({ mutant, saw: faults[0] })
    } finally {
      await ground.close()
    }
  }
}
