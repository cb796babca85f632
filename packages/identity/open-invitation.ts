/** The invitation that a link leads to, before and while it is accepted. */
import { type Door, queryDb } from '@rowhouse/tenancy'
import { sql } from 'kysely'
import { type Accounts, type TenantName, thisTenant } from './accounts.ts'
import { identityErrors } from './errors.ts'
import { hashOf, tenantOfSecret } from './tenant-secrets.ts'
import type { Member } from './members.ts'
import type { IdentityTables } from './tables.ts'
import type { Throttle } from './throttle.ts'

export interface InvitationLink {
  readonly token: string
  /** The tenant whose host was asked, if it was one's: other tenants' invitations do not exist there. */
  readonly hostTenantId: string | null
}

export interface OpenInvitation {
  readonly id: string
  readonly tenantId: string
  readonly email: string
  readonly role: Member['role']
  readonly memberId: string
  readonly hasMember: boolean
  /** RFC 3339. */
  readonly expiresAt: string
}

/** @throws identity.invitation_not_found, whatever the reason is */
export type FindOpenInvitation = (link: InvitationLink) => Promise<OpenInvitation>

export const createFindOpenInvitation =
  ({
    control,
    tenantExists,
  }: {
    readonly control: Door
    readonly tenantExists: (tenantId: string) => Promise<boolean>
  }): FindOpenInvitation =>
  async ({ token, hostTenantId }) => {
    const tenantId = tenantOfSecret('rhi_', token)
    const isHere = tenantId !== undefined && (hostTenantId === null || hostTenantId === tenantId)
    if (!isHere || !(await tenantExists(tenantId))) throw identityErrors.invitationNotFound()
    const found = await queryDb<IdentityTables>(control, tenantId)
      .selectFrom('invitations')
      .select(['id', 'email', 'role', 'memberId', 'hasMember', 'expiresAt'])
      .where('tokenHash', '=', hashOf(token))
      .where(isOpen)
      .executeTakeFirst()
    if (!found) throw identityErrors.invitationNotFound()
    return { ...found, tenantId }
  }

export const isOpen = sql<boolean>`accepted_at is null and revoked_at is null and expires_at > now()`

/**
 * What whoever holds the link may know before they accept.
 *
 * @throws identity.invitation_not_found, identity.too_many_attempts
 */
export type LookUpInvitation = (link: InvitationLink & { readonly address: string }) => Promise<{
  readonly tenant: TenantName
  readonly email: string
  readonly role: Member['role']
  readonly expiresAt: string
  /** Then accepting takes the account's password, otherwise a name and a new one. */
  readonly hasAccount: boolean
}>

export const createLookUpInvitation =
  ({
    control,
    find,
    accounts,
    throttle,
  }: {
    readonly control: Door
    readonly find: FindOpenInvitation
    readonly accounts: Accounts
    readonly throttle: Throttle
  }): LookUpInvitation =>
  async ({ address, ...link }) => {
    await throttle.lookUp(address)
    const { tenantId, email, role, expiresAt } = await find(link)
    const [tenant, account] = await Promise.all([
      thisTenant(queryDb<IdentityTables>(control, tenantId)),
      accounts.find(email),
    ])
    return { tenant, email, role, expiresAt, hasAccount: account !== undefined }
  }
