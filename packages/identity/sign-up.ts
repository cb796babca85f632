/**
 * Signing up: an account, a tenant in the shared tier and its owner's session, all there when it answers or nothing of it.
 *
 * Reserve, provision, activate: `tenants.create` holds the slug, and opens the tenant last. Until then nobody finds it, so
 * what a process that dies half way leaves behind can be removed by whoever meets it, or by the next start.
 */
import { crashPoint, isError, newId } from '@rowhouse/kernel'
import { type Door, type Tenant, tenancyErrors, type Tenants, transactionDb } from '@rowhouse/tenancy'
import { type Accounts, joinTenant, makeAccount } from './accounts.ts'
import { addMember, type MemberTables } from './members.ts'
import { type Passwords, refuseWeakPassword } from './passwords.ts'
import type { Sessions, Tokens } from './sessions.ts'
import { addressHasAccount, type Credentials, type ProveAccount, sayingSo, type SignedIn } from './sign-in.ts'
import { slugOf } from './slug.ts'
import type { IdentityTables } from './tables.ts'
import { networkOf, type Throttle } from './throttle.ts'

export interface NewcomerTenant {
  /** Of the person. */
  readonly name: string
  readonly organization: string
  /** Made of the organization's name when absent. */
  readonly slug: string | undefined
}

/**
 * Whose address has an account already must know its password, and founds another tenant with it.
 *
 * @throws tenancy.slug_taken, identity.password_refused, tenancy.provisioning_busy, tenancy.provisioning_failed, and what
 * proving an account throws
 */
export type SignUp = (newcomer: Credentials & NewcomerTenant) => Promise<SignedIn>

export function createSignUp({
  accounts,
  passwords,
  proveAccount,
  throttle,
  sessions,
  tenants,
  isTaken,
  control,
  door,
}: {
  readonly accounts: Accounts
  readonly passwords: Passwords
  readonly proveAccount: ProveAccount
  readonly throttle: Throttle
  readonly sessions: Sessions
  readonly tenants: Tenants
  /** Whether a tenant has this slug. */
  readonly isTaken: (slug: string) => Promise<boolean>
  readonly control: Door
  readonly door: Door
}): SignUp {
  /** The account that will own the tenant: one that is there and proven, or a new one. */
  async function founder({ name, email, password, address, slug }: Credentials & NewcomerTenant) {
    refuseWeakPassword(password, email)
    await throttle.signUp(address)
    // Before the account: with a slug that is taken one could ask for nothing whether the address has one.
    if (slug !== undefined && (await isTaken(slug))) throw tenancyErrors.slugTaken()
    if (await accounts.find(email))
      return { ...(await sayingSo(proveAccount({ email, password, address }))), isNew: false }
    return { id: newId(), name, passwordHash: await passwords.hash(password), isNew: true }
  }

  return async (newcomer) => {
    const account = await founder(newcomer)
    const member = { id: newId(), email: newcomer.email, name: newcomer.name, role: 'owner' } as const
    let tokens: Tokens | undefined

    async function furnish({ id: tenantId, placement }: Tenant): Promise<void> {
      // The tenant is not in the catalog before it is complete, so the door is told where it lives.
      const home = door.at(() => placement)
      await transactionDb<MemberTables, unknown>(home, tenantId, (db) => addMember(db, member))
      crashPoint('identity.sign-up.member-made')
      tokens = await transactionDb<IdentityTables, Tokens>(control, tenantId, async (db) => {
        const accountId = account.isNew ? await makeAccount(db, { ...account, email: newcomer.email }) : account.id
        // Somebody signed up with this address a moment ago.
        if (accountId === null) throw addressHasAccount()
        await joinTenant(db, accountId, member.id)
        await throttle.trust(db, newcomer.email, newcomer.address)
        return sessions.open(db, { accountId, tenantId, memberId: member.id, role: member.role })
      })
      crashPoint('identity.sign-up.account-made')
    }

    const { id, slug, name } = await createTenant(newcomer, furnish)
    return { tenant: { id, slug, name }, member, ...tokens! }
  }

  /** A slug that was asked for is taken or not; one of our own making gets another end until it is free. */
  async function createTenant(
    { organization: name, slug, address }: NewcomerTenant & Credentials,
    furnish: (tenant: Tenant) => Promise<void>,
  ): Promise<Tenant> {
    for (let attempt = 0; ; attempt += 1) {
      try {
        const wanted = { slug: slug ?? slugOf(name, attempt), name, tier: 'shared' } as const
        return await tenants.create(wanted, furnish, networkOf(address))
      } catch (error) {
        if (!isError(error, tenancyErrors.slugTaken) || slug !== undefined || attempt === 5) throw error
      }
    }
  }
}
