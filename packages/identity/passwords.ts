/** Passwords: which are accepted, and how they are kept. */
import { randomBytes } from 'node:crypto'
import * as argon2 from '@node-rs/argon2'
import { createQueue } from '@rowhouse/kernel'
import { commonPasswords } from './common-passwords.ts'
import { identityErrors } from './errors.ts'

export interface Passwords {
  /** A PHC string of argon2id. @throws identity.busy */
  hash(password: string): Promise<string>
  /** Whether the password is that of the hash. Takes as long when there is no hash. @throws identity.busy */
  matches(password: string, hash: string | undefined): Promise<boolean>
}

/** OWASP's parameters (Password Storage Cheat Sheet): 19 MiB, 2 passes, 1 lane. 11 ms of a core, and off the event loop. */
const parameters = { memoryCost: 19_456, timeCost: 2, parallelism: 1 }

/**
 * At most `width` hashes are under way and `waiting` wait. libuv has four threads, and files and names need some of them: a
 * flood of sign-ins waits for its turn, and what comes after that is refused.
 */
export function createPasswords({ width = 2, waiting = 100 } = {}): Passwords {
  const queue = createQueue({ width, waiting, full: () => identityErrors.busy() })
  const nobodys = queue(() => argon2.hash(randomBytes(32), parameters))
  // Whoever needs it hears of it.
  nobodys.catch(() => {})
  return {
    hash: (password) => queue(() => argon2.hash(canonical(password), parameters)),
    async matches(password, hash) {
      const known = hash ?? (await nobodys)
      const matches = await queue(() => argon2.verify(known, canonical(password)))
      return matches && hash !== undefined
    },
  }
}

const least = 10
const most = 200

/**
 * Long enough and not among the first that anybody tries; length is counted in code points, and nothing is asked of what it
 * is made of. So NIST SP 800-63B-4, 3.1.1.2, which for a password alone also asks for 15 characters: that is not asked here.
 *
 * @throws identity.password_refused
 */
export function refuseWeakPassword(password: string, email: string): void {
  const { length } = Array.from(canonical(password))
  const refuse = (detail: string) => identityErrors.passwordRefused({ errors: [{ pointer: '/password', detail }] })
  if (length < least) throw refuse(`It must have at least ${least} characters`)
  if (length > most) throw refuse(`It must have at most ${most} characters`)
  const plain = canonical(password).toLowerCase()
  if (commonPasswords.has(plain) || plain === email || new Set(plain).size < 4)
    throw refuse('It is among the first that anybody would try')
}

/** The same letters typed on two machines are the same bytes. */
const canonical = (password: string) => password.normalize('NFKC')
