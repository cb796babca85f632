/** Commands that an attacker with the raw connection would try, and what must become of them. */
import type { Deployment } from '@rowhouse/tenancy'
import type { House, Resident, World } from '../world.ts'
import { harmlessCommands } from './harmless.ts'
import { refusedCommands } from './refused.ts'

export interface Command {
  readonly text: string
  /** `refused`: PostgreSQL must answer with an error. `harmless`: it may run, and nobody else may notice. */
  readonly must: 'refused' | 'harmless'
  /** Row of the threat list that it stands for: see coverage.ts. */
  readonly row: string
}

/** What the commands aim at. */
export interface Targets {
  readonly names: Deployment
  readonly house: House
  readonly other: Resident
  /** A tenant with a schema of its own. */
  readonly theirs: Resident
  readonly schema: string
  readonly table: string
}

export function hostileCommands(world: World, house: House): Command[] {
  const schema = house.placement.schemaName
  const targets = {
    names: world.names,
    house,
    other: house.neighbours[0]?.resident ?? world.residents.find((resident) => resident !== house.attacker)!,
    theirs: world.residents.find(({ label }) => label === 'schema-b')!,
    schema,
    table: `${schema}.accounts`,
  }
  return [...refusedCommands(targets), ...harmlessCommands(targets)]
}
