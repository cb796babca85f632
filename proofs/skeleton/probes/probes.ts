import type { Probe } from '../probe.ts'
import { addresses } from './addresses.ts'
import { cursors } from './cursors.ts'
import { fields } from './fields.ts'
import { headers } from './headers.ts'
import { hosts } from './hosts.ts'
import { keys } from './keys.ts'
import { mail } from './mail.ts'
import { operators } from './operators.ts'
import { members, sessions } from './sessions.ts'
import { swaps } from './swaps.ts'
import { tokens } from './tokens.ts'

/** In their usual order: what finds most, first. */
export const probes: Readonly<Record<string, Probe>> = {
  swaps,
  addresses,
  cursors,
  hosts,
  tokens,
  sessions,
  members,
  operators,
  fields,
  headers,
  keys,
  mail,
}
