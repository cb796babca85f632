/** How people come in, composed. */
import type { Log } from '@rowhouse/telemetry'
import { type Door, type Pools, type Tenants } from '@rowhouse/tenancy'
import type { AccessTokens } from './access-tokens.ts'
import { askControl, createAccounts } from './accounts.ts'
import type { AuthKeys } from './auth-keys.ts'
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
}

export interface PeopleOptions {
  readonly pools: Pools
  readonly controlDatabase: string
  /** The door at the control database. */
  readonly control: Door
  readonly door: Door
  readonly tenants: Tenants
  readonly tenantExists: (tenantId: string) => Promise<boolean>
  readonly keys: AuthKeys
  readonly accessTokens: AccessTokens
  readonly log: Log
}

export function createPeople(options: PeopleOptions): People {
  const { pools, controlDatabase, control, door, tenants, keys } = options
  const ask = askControl(pools, controlDatabase)
  const accounts = createAccounts(ask)
  const passwords = createPasswords()
  const throttle = createThrottle(ask, keys)
  const proveAccount = createProveAccount({ accounts, passwords, throttle })
  const sessions = createSessions(options)
  return {
    signUp: createSignUp({ accounts, passwords, proveAccount, throttle, sessions, tenants, control, door }),
    signIn: createSignIn({ proveAccount, accounts, sessions, control, door }),
    refresh: sessions.refresh,
    signOut: sessions.close,
  }
}
