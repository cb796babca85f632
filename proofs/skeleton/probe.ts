/** What the probes share. */
import type { Random } from '../random.ts'
import type { Form } from './forms.ts'
import type { Resident } from './residents.ts'
import type { Scene } from './scene.ts'

export interface Attack {
  readonly scene: Scene
  readonly forms: readonly Form[]
  /** Who asks. */
  readonly who: Resident
  /** Of whom. */
  readonly others: readonly Resident[]
}

export type Probe = (attack: Attack) => Promise<void>

/**
 * A value of the same form that nobody has: an id of the same moment, an address or a canary of the same length. So what
 * differs in an answer is whether it exists.
 */
export function absentLike(random: Random, value: string): string {
  if (/^[0-9a-f-]{36}$/.test(value)) return `${value.slice(0, 15)}${random.hex(3)}-a${random.hex(3)}-${random.hex(12)}`
  const fresh = value.replaceAll(/cnry[0-9a-f]{24}/g, () => `cnry${random.hex(24)}`)
  if (fresh !== value) return fresh
  return value.replace(/^[^@]+/, (name) => random.hex(name.length))
}
