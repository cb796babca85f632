/** How people come in, composed. */
import type { Log } from '@rowhouse/telemetry'
import type { AskControl, Door, Tenants } from '@rowhouse/tenancy'
import type { AccessTokens } from './access-tokens.ts'
import { type AcceptInvitation, createAcceptInvitation } from './accept-invitation.ts'
import { createAccounts } from './accounts.ts'
import type { AuthKeys } from './auth-keys.ts'
import { createEnrol, type Enrol } from './enrol.ts'
import { createInvitations, type Invitations, type Letter } from './invitations.ts'
import { createFindOpenInvitation, createLookUpInvitation, type LookUpInvitation } from './open-invitation.ts'
import { createPasswords } from './passwords.ts'
import { createSessions, type Sessions } from './sessions.ts'
import { createProveAccount, createSignIn, type SignIn } from './sign-in.ts'
import { createSignUp, type SignUp } from './sign-up.ts'
import { createThrottle } from './throttle.ts'

export interface People {
  readonly signUp: SignUp
  readonly signIn: SignIn
  readonly refresh: Sessions['refresh']
  readonly signOut: Sessions['close']
  readonly invitations: Invitations
  readonly lookUpInvitation: LookUpInvitation
  readonly acceptInvitation: AcceptInvitation
  readonly enrol: Enrol
}

export interface PeopleOptions {
  readonly ask: AskControl
  /** The door at the control database. */
  readonly control: Door
  readonly door: Door
  readonly tenants: Tenants
  readonly tenantExists: (tenantId: string) => Promise<boolean>
  readonly keys: AuthKeys
  readonly accessTokens: AccessTokens
  readonly sendMail: (letter: Letter) => Promise<void>
  /** Where people reach the platform: links in mail begin with it, whatever host the caller used. */
  readonly origin: () => string
  readonly log: Log
}

export function createPeople(options: PeopleOptions): People {
  const { ask, control, door, tenants, tenantExists, keys, sendMail, origin } = options
  const accounts = createAccounts(ask)
  const passwords = createPasswords()
  const throttle = createThrottle(ask, keys)
  const proveAccount = createProveAccount({ accounts, passwords, throttle })
  const sessions = createSessions(options)
  const find = createFindOpenInvitation({ control, tenantExists })
  const isTaken = async (slug: string) =>
    (await ask('select control.find_tenant_by_slug($1) as id', [slug]))[0]!['id'] !== null
  return {
    signUp: createSignUp({ accounts, passwords, proveAccount, throttle, sessions, tenants, isTaken, control, door }),
    signIn: createSignIn({ proveAccount, accounts, sessions, control, door }),
    refresh: sessions.refresh,
    signOut: sessions.close,
    invitations: createInvitations({
      control,
      door,
      throttle,
      sendMail,
      linkOf: (token) => `${origin()}/invitation#${token}`,
    }),
    lookUpInvitation: createLookUpInvitation({ control, find, accounts, throttle }),
    acceptInvitation: createAcceptInvitation({
      control,
      door,
      find,
      accounts,
      passwords,
      proveAccount,
      throttle,
      sessions,
    }),
    enrol: createEnrol({ control, passwords }),
  }
}
