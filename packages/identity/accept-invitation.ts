/**
 * Accepting an invitation: a member in the tenant's house, then in one transaction of the control database the invitation's
 * end, the account, its membership and a session. Broken off in between, it is begun again with the same link: the member's
 * id stands in the invitation.
 */
import { crashPoint, isError, newId } from '@rowhouse/kernel'
import { type Door, queryDb, type TenantDb, transactionDb } from '@rowhouse/tenancy'
import { sql } from 'kysely'
import { type Accounts, joinTenant, makeAccount, thisTenant } from './accounts.ts'
import { identityErrors } from './errors.ts'
import { addMember, findMember, type MemberTables, removeHalfMember } from './members.ts'
import { type FindOpenInvitation, type InvitationLink, isOpen } from './open-invitation.ts'
import { type Passwords, refuseWeakPassword } from './passwords.ts'
import type { Sessions } from './sessions.ts'
import { addressHasAccount, type ProveAccount, sayingSo, type SignedIn } from './sign-in.ts'
import type { IdentityTables } from './tables.ts'
import { hashOf } from './tenant-secrets.ts'
import type { Throttle } from './throttle.ts'

/**
 * @throws identity.invitation_not_found, identity.invitation_incomplete, identity.password_refused,
 * identity.already_member, and for somebody who has an account what proving it throws
 */
export type AcceptInvitation = (
  accepting: InvitationLink & {
    readonly name: string | undefined
    readonly password: string | undefined
    readonly address: string
  },
) => Promise<SignedIn>

export function createAcceptInvitation({
  control,
  door,
  find,
  accounts,
  passwords,
  proveAccount,
  throttle,
  sessions,
}: {
  readonly control: Door
  readonly door: Door
  readonly find: FindOpenInvitation
  readonly accounts: Accounts
  readonly passwords: Passwords
  readonly proveAccount: ProveAccount
  readonly throttle: Throttle
  readonly sessions: Sessions
}): AcceptInvitation {
  async function isRevoked(tenantId: string, id: string): Promise<boolean> {
    const found = await queryDb<IdentityTables>(control, tenantId)
      .selectFrom('invitations')
      .select('revokedAt')
      .where('id', '=', id)
      .executeTakeFirst()
    return found?.revokedAt !== null
  }

  /** Who accepts: somebody who has an account and knows its password, or somebody new. */
  async function guest(
    email: string,
    { name, password, address }: Pick<Parameters<AcceptInvitation>[0], 'name' | 'password' | 'address'>,
  ) {
    const isNew = (await accounts.find(email)) === undefined
    if (!isNew && password !== undefined)
      return { ...(await sayingSo(proveAccount({ email, password, address }))), isNew }
    if (isNew && password !== undefined && name !== undefined) {
      refuseWeakPassword(password, email)
      return { id: newId(), name, passwordHash: await passwords.hash(password), isNew }
    }
    const missing = [
      ...(isNew && name === undefined ? ['/name'] : []),
      ...(password === undefined ? ['/password'] : []),
    ]
    throw identityErrors.invitationIncomplete({ errors: missing.map((pointer) => ({ pointer, detail: 'Needed' })) })
  }

  return async ({ token, hostTenantId, ...accepting }) => {
    const { id, tenantId, memberId, hasMember, email, role } = await find({ token, hostTenantId })
    const account = await guest(email, accepting)
    const name = accepting.name ?? account.name
    await addMember(queryDb<MemberTables>(door, tenantId), { id: memberId, email, name, role })
    crashPoint('identity.invitation.member-made')
    const member = await findMember(door, tenantId, memberId)
    // Another member has the address, or the invitation has been revoked meanwhile.
    if (!member)
      throw (await isRevoked(tenantId, id)) ? identityErrors.invitationNotFound() : identityErrors.alreadyMember()

    const acceptIn = async (db: TenantDb<IdentityTables>) => {
      const ended = await db
        .updateTable('invitations')
        .set({ acceptedAt: sql`now()` })
        .where('id', '=', id)
        .where('tokenHash', '=', hashOf(token))
        .where(isOpen)
        .returning('id')
        .executeTakeFirst()
      if (!ended) return undefined
      const accountId = account.isNew ? await makeAccount(db, { ...account, email }) : account.id
      // Somebody signed up with this address a moment ago: their password is asked for the next time.
      if (accountId === null) throw addressHasAccount()
      await joinTenant(db, accountId, memberId)
      await throttle.trust(db, email, accepting.address)
      return {
        tenant: await thisTenant(db),
        tokens: await sessions.open(db, { accountId, tenantId, memberId, role: member.role }),
      }
    }
    const accepted = await transactionDb(control, tenantId, acceptIn).catch(async (error: unknown) => {
      // Nobody is to see a member who may never come.
      if (!hasMember && isError(error, identityErrors.credentialsRefused))
        await removeHalfMember(door, tenantId, memberId)
      throw error
    })
    crashPoint('identity.invitation.accepted')
    if (accepted) return { tenant: accepted.tenant, member, ...accepted.tokens }
    // Another request was first, whose member it is, or the invitation has been revoked: then it is nobody's.
    if (!hasMember && (await isRevoked(tenantId, id))) await removeHalfMember(door, tenantId, memberId)
    throw identityErrors.invitationNotFound()
  }
}
