/** Everything tried by hand, in the order of cost. */
import type { Probe } from '../probe.ts'
import { ownRole, strays, tableLock } from './bounds.ts'
import { destroyed, leftovers, plans } from './connection.ts'
import { context, garbage, proofs, seals } from './context.ts'
import { whileMigrating } from './migrations.ts'
import { hostileNames } from './names.ts'
import { cascades, oracles, walls } from './oracles.ts'
import { privileges, roles } from './privileges.ts'
import { functions, relations } from './reach.ts'
import { residence } from './residence.ts'
import { timing } from './timing.ts'

export const probes: Readonly<Record<string, Probe>> = {
  context,
  proofs,
  seals,
  residence,
  oracles,
  cascades,
  walls,
  leftovers,
  plans,
  destroyed,
  relations,
  roles,
  privileges,
  garbage,
  hostileNames,
  whileMigrating,
  functions,
  timing,
}

/** Done once for a server: they shut others out for a moment. */
export const bounds: Readonly<Record<string, Probe>> = { ownRole, tableLock, strays }
