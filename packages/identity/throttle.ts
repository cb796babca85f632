/**
 * Guessing passwords is slow: attempts are counted, by every node together, for an e-mail address from a network address,
 * for the e-mail address from anywhere, and for the network address whatever it tries. So are the letters of invitations.
 *
 * From a network where somebody came in before (by signing up, in, or by an invitation) only the attempts made there at
 * their address count, so guessers elsewhere do not lock them out. What remains: while guessers use up the 100, the person
 * cannot sign in from a network where they have not been; and whoever shares a person's network address can use up its 20.
 * Behind a proxy all callers share the proxy's address, and with it both of the limits that contain it.
 */
import { createHmac } from 'node:crypto'
import { isIPv6 } from 'node:net'
import type { AskControl, TenantDb } from '@rowhouse/tenancy'
import { sql } from 'kysely'
import type { AuthKeys } from './auth-keys.ts'
import { identityErrors } from './errors.ts'
import type { IdentityTables } from './tables.ts'

export interface Throttle {
  /**
   * Counts an attempt, before it is made.
   *
   * @throws identity.too_many_attempts
   */
  begin(email: string, address: string): Promise<{ succeeded(): Promise<void> }>
  /** Somebody comes in who has not signed in, in this transaction of the control database. */
  trust(db: TenantDb<IdentityTables>, email: string, address: string): Promise<void>
  /** Counts a letter from a tenant to somebody who did not ask for it. @throws identity.too_many_letters */
  letter(tenantId: string, email: string): Promise<void>
  /** Counts a sign-up. @throws identity.too_many_attempts */
  signUp(address: string): Promise<void>
  /** Counts a look at an invitation. @throws identity.too_many_attempts */
  lookUp(address: string): Promise<void>
}

/** Failed attempts within 15 minutes: of the pair, the e-mail address, the network address. */
const limits = [20, 100, 200]
/** Sign-ups from one network address within 15 minutes: an office may be behind it. */
const signUpLimit = 500
/** Likewise of looks at invitations. Nobody guesses a link: it is the work that is bounded. */
const lookUpLimit = 1_000

/** Letters in a day: of a tenant, and to an e-mail address from all tenants together. */
const letterLimits = [500, 10]

export function createThrottle(ask: AskControl, keys: AuthKeys): Throttle {
  const key = keys.derive('throttle')
  const hash = (...parts: readonly string[]) => createHmac('sha256', key).update(parts.join('\0')).digest()

  const pair = (email: string, network: string) => hash('pair', email, network)

  async function count(hashes: readonly Buffer[], most: readonly number[]): Promise<void> {
    const [row] = await ask('select control.count_attempt($1, $2) as wait', [hashes, most])
    const waitS = Number(row!['wait'])
    if (waitS > 0) throw identityErrors.tooManyAttempts({ retryAfterS: waitS })
  }

  async function letter(tenantId: string, email: string): Promise<void> {
    const hashes = [hash('letters from', tenantId), hash('letters to', email)]
    const [row] = await ask(`select control.count_attempt($1, $2, '1 day') as wait`, [hashes, letterLimits])
    const waitS = Number(row!['wait'])
    if (waitS > 0) throw identityErrors.tooManyLetters({ retryAfterS: waitS })
  }

  return {
    async begin(email, address) {
      const network = networkOf(address)
      const hashes = [pair(email, network), hash('account', email), hash('address', network)]
      await count(hashes, limits)
      return { succeeded: async () => void (await ask('select control.attempt_succeeded($1)', [hashes])) }
    },
    async trust(db, email, address) {
      await sql`select control.trust(${pair(email, networkOf(address))})`.execute(db)
    },
    letter,
    signUp: (address) => count([hash('sign-ups', networkOf(address))], [signUpLimit]),
    lookUp: (address) => count([hash('look-ups', networkOf(address))], [lookUpLimit]),
  }
}

/** Of IPv6 the first 64 bits: whoever has one such address has them all (RFC 6177). */
export const networkOf = (address: string): string =>
  isIPv6(address) && !address.includes('.') ? firstGroups(address) : address

function firstGroups(address: string): string {
  const [head = '', tail] = address.split('::')
  const groups = (part: string) => (part === '' ? [] : part.split(':'))
  const zeros = tail === undefined ? [] : Array<string>(8 - groups(head).length - groups(tail).length).fill('0')
  return [...groups(head), ...zeros, ...(tail === undefined ? [] : groups(tail))].slice(0, 4).join(':')
}
