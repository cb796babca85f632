/** Signing in: a password for a session in one tenant. */
import { isError } from '@rowhouse/kernel'
import type { Door } from '@rowhouse/tenancy'
import { queryDb } from '@rowhouse/tenancy'
import type { Account, Accounts, AccountTenant } from './accounts.ts'
import { identityErrors } from './errors.ts'
import { findMember, type Member } from './members.ts'
import type { Passwords } from './passwords.ts'
import type { Sessions, Tokens } from './sessions.ts'
import type { IdentityTables } from './tables.ts'
import type { Throttle } from './throttle.ts'

export interface Credentials {
  /** Lower case. */
  readonly email: string
  readonly password: string
  /** The client's network address. */
  readonly address: string
}

export interface SignedIn extends Tokens {
  readonly tenant: { readonly id: string; readonly slug: string; readonly name: string }
  readonly member: Member
}

/**
 * The account of these credentials. Its absence and a wrong password are one answer, in words and in time.
 *
 * @throws identity.credentials_refused, identity.too_many_attempts, identity.busy
 */
export type ProveAccount = (credentials: Credentials) => Promise<Account>

export function createProveAccount({
  accounts,
  passwords,
  throttle,
}: {
  readonly accounts: Accounts
  readonly passwords: Passwords
  readonly throttle: Throttle
}): ProveAccount {
  return async ({ email, password, address }) => {
    const attempt = await throttle.begin(email, address)
    const account = await accounts.find(email)
    const right = await passwords.matches(password, account?.passwordHash)
    if (!account || !right) throw identityErrors.credentialsRefused()
    await attempt.succeeded()
    return account
  }
}

/**
 * Where the answer shows anyhow that the address has an account, it says so: whoever meant to make a new one knows what to do.
 */
export const sayingSo = <T>(proof: Promise<T>): Promise<T> =>
  proof.catch((error: unknown) => {
    throw isError(error, identityErrors.credentialsRefused) ? addressHasAccount() : error
  })

export const addressHasAccount = () =>
  identityErrors.credentialsRefused({ detail: 'This e-mail address has an account: give its password.' })

/**
 * @param credentials.tenant slug or id of the tenant that is meant; of several it must be named.
 * @throws identity.tenant_not_chosen listing the tenants, and what proving the account throws
 */
export type SignIn = (credentials: Credentials & { readonly tenant: string | null }) => Promise<SignedIn>

export function createSignIn({
  proveAccount,
  accounts,
  sessions,
  control,
  door,
}: {
  readonly proveAccount: ProveAccount
  readonly accounts: Accounts
  readonly sessions: Sessions
  readonly control: Door
  readonly door: Door
}): SignIn {
  return async ({ tenant: wanted, ...credentials }) => {
    const { id: accountId } = await proveAccount(credentials)
    const { memberId, ...tenant } = chosen(await accounts.tenantsOf(accountId), wanted)
    const member = await findMember(door, tenant.id, memberId)
    if (!member) throw identityErrors.credentialsRefused({ operator: `Member ${memberId} has left the tenant` })
    const session = { accountId, tenantId: tenant.id, memberId, role: member.role }
    return { tenant, member, ...(await sessions.open(queryDb<IdentityTables>(control, tenant.id), session)) }
  }
}

function chosen(tenants: readonly AccountTenant[], wanted: string | null): AccountTenant {
  const fitting = wanted === null ? tenants : tenants.filter(({ id, slug }) => id === wanted || slug === wanted)
  const [only, ...others] = fitting
  if (!only) throw identityErrors.credentialsRefused({ operator: 'The account does not belong to the tenant' })
  if (others.length === 0) return only
  throw identityErrors.tenantNotChosen({ errors: fitting.map(({ slug }) => ({ pointer: '/tenant', detail: slug })) })
}
