/** Invitations: a link in somebody's mail that makes them a member of a tenant, once. */
import { newId } from '@rowhouse/kernel'
import { type Door, type Execute, queryDb, tenantDb, type TenantDb, transactionDb } from '@rowhouse/tenancy'
import { sql } from 'kysely'
import { accountOfMember, thisTenant } from './accounts.ts'
import { identityErrors } from './errors.ts'
import { findMember, findMemberByEmail, type Member, removeHalfMember } from './members.ts'
import type { IdentityTables } from './tables.ts'
import { hashOf, newSecret } from './tenant-secrets.ts'
import type { Throttle } from './throttle.ts'

export interface Invitation {
  readonly id: string
  readonly email: string
  readonly role: Member['role']
  /** RFC 3339. */
  readonly createdAt: string
  readonly expiresAt: string
  /** It can be sent again, or made anew. */
  readonly expired: boolean
}

/** Who invites: the member for whom the call acts, if there is one. */
export interface Inviter {
  readonly tenantId: string
  readonly memberId: string | null
}

export interface Invitations {
  /**
   * Invites somebody by mail. A member who cannot sign in yet (an operator made the tenant) is invited as what they are.
   * When the letter cannot be sent, nobody is invited.
   *
   * @param execute of a transaction at the control database that this is a part of; it has one of its own when absent
   * @throws identity.already_member, identity.already_invited, identity.owners_only, identity.too_many_letters,
   * identity.too_many_invited
   */
  create(inviter: Inviter, invited: Pick<Invitation, 'email' | 'role'>, execute?: Execute): Promise<Invitation>
  /** Those that can still be accepted or sent again, oldest first. */
  list(tenantId: string, page: { readonly after: string | null; readonly limit: number }): Promise<Invitation[]>
  /**
   * Sends a new link, good for another seven days; the one before is worth nothing. When the letter cannot be sent, it is
   * as good as it was.
   *
   * @param execute as in `create`
   * @throws identity.invitation_not_found, identity.owners_only, identity.too_many_letters
   */
  resend(inviter: Inviter, id: string, execute?: Execute): Promise<Invitation>
  /** @param execute as in `create` @throws identity.invitation_not_found, identity.owners_only */
  revoke(inviter: Inviter, id: string, execute?: Execute): Promise<void>
}

export interface Letter {
  readonly to: string
  readonly subject: string
  readonly text: string
}

export function createInvitations({
  control,
  door,
  throttle,
  sendMail,
  linkOf,
}: {
  readonly control: Door
  readonly door: Door
  readonly throttle: Throttle
  readonly sendMail: (letter: Letter) => Promise<void>
  /** The address at which a token is accepted: on the platform's own host, whatever host the caller used. */
  readonly linkOf: (token: string) => string
}): Invitations {
  type Db = TenantDb<IdentityTables>
  const dbOf = (tenantId: string, execute?: Execute): Db =>
    execute ? tenantDb<IdentityTables>(execute) : queryDb<IdentityTables>(control, tenantId)

  /** The letter is a part of the transaction: what could not be sent has not been written either. */
  const withLetter = <T>(tenantId: string, execute: Execute | undefined, work: (db: Db) => Promise<T>): Promise<T> =>
    execute ? work(tenantDb<IdentityTables>(execute)) : transactionDb(control, tenantId, work)

  /** Only an owner makes owners, whatever else an admin may do. */
  async function refuseUnlessOwner({ tenantId, memberId }: Inviter, role: Member['role']): Promise<void> {
    if (role !== 'owner') return
    const inviter = memberId === null ? undefined : await findMember(door, tenantId, memberId)
    if (inviter?.role !== 'owner') throw identityErrors.ownersOnly()
  }

  async function refuseWhenTooMany(db: Db): Promise<void> {
    const counted = db
      .selectFrom('invitations')
      .select(sql<string>`count(*)`.as('open'))
      .where(isPending)
    if (Number((await counted.executeTakeFirstOrThrow()).open) >= mostPending) throw identityErrors.tooManyInvited()
  }

  async function find(db: Db, id: string): Promise<Invitation> {
    const found = await db
      .selectFrom('invitations')
      .select(columns)
      .where('id', '=', id)
      .where(isPending)
      .executeTakeFirst()
    if (!found) throw identityErrors.invitationNotFound()
    return found
  }

  async function send(db: Db, inviter: Inviter, { email }: Invitation, token: string): Promise<void> {
    await throttle.letter(inviter.tenantId, email)
    const { name } = await thisTenant(db)
    const host = inviter.memberId === null ? undefined : await findMember(door, inviter.tenantId, inviter.memberId)
    const invites = host ? `${host.name} (${host.email}) invites you` : 'You are invited'
    await sendMail({
      to: email,
      subject: `You are invited to ${name}`,
      text: `${invites} to join ${name}.\n\nOpen this link within seven days to accept:\n${linkOf(token)}\n\nIf you did not expect it, do nothing.\n`,
    })
  }

  /** An invitation that has expired makes room for a new one, with whatever somebody began who opened it. */
  async function endExpired(db: Db, tenantId: string, email: string): Promise<void> {
    const ended = await db
      .updateTable('invitations')
      .set({ revokedAt: sql`now()` })
      .where('email', '=', email)
      .where(isPending)
      .where(hasExpired)
      .returning(['memberId', 'hasMember'])
      .executeTakeFirst()
    if (ended && !ended.hasMember) await removeHalfMember(door, tenantId, ended.memberId)
  }

  return {
    create: (inviter, { email, role: wanted }, execute) =>
      withLetter(inviter.tenantId, execute, async (db) => {
        const { tenantId, memberId: invitedBy } = inviter
        await endExpired(db, tenantId, email)
        const member = await findMemberByEmail(door, tenantId, email)
        if (member && (await accountOfMember(db, member.id)) !== null) throw identityErrors.alreadyMember()
        const role = member?.role ?? wanted
        await refuseUnlessOwner(inviter, role)
        await refuseWhenTooMany(db)
        const token = newSecret('rhi_', tenantId)
        const memberId = member?.id ?? newId()
        const made = await db
          .insertInto('invitations')
          .values({
            id: newId(),
            email,
            role,
            memberId,
            hasMember: member !== undefined,
            tokenHash: hashOf(token),
            invitedBy,
          })
          .onConflict((conflict) => conflict.columns(['tenantId', 'email']).where(isPending).doNothing())
          .returning(columns)
          .executeTakeFirst()
        if (!made) throw identityErrors.alreadyInvited()
        await send(db, inviter, made, token)
        return made
      }),

    list: (tenantId, { after, limit }) =>
      dbOf(tenantId)
        .selectFrom('invitations')
        .select(columns)
        .where(isPending)
        .$if(after !== null, (query) => query.where('id', '>', after))
        .orderBy('id')
        .limit(limit)
        .execute(),

    resend: (inviter, id, execute) =>
      withLetter(inviter.tenantId, execute, async (db) => {
        await refuseUnlessOwner(inviter, (await find(db, id)).role)
        const token = newSecret('rhi_', inviter.tenantId)
        const renewed = await db
          .updateTable('invitations')
          .set({ tokenHash: hashOf(token), expiresAt: sql`now() + interval '7 days'` })
          .where('id', '=', id)
          .where(isPending)
          .returning(columns)
          .executeTakeFirst()
        if (!renewed) throw identityErrors.invitationNotFound()
        await send(db, inviter, renewed, token)
        return renewed
      }),

    async revoke(inviter, id, execute) {
      const { tenantId } = inviter
      const db = dbOf(tenantId, execute)
      await refuseUnlessOwner(inviter, (await find(db, id)).role)
      const revoked = await db
        .updateTable('invitations')
        .set({ revokedAt: sql`now()` })
        .where('id', '=', id)
        .where(isPending)
        .returning(['memberId', 'hasMember'])
        .executeTakeFirst()
      if (!revoked) throw identityErrors.invitationNotFound()
      // Somebody may have begun to accept it.
      if (!revoked.hasMember) await removeHalfMember(door, tenantId, revoked.memberId)
    },
  }
}

/** It may be accepted or, when it has expired, be sent again. */
const isPending = sql<boolean>`accepted_at is null and revoked_at is null`
/** Of a tenant. Somebody may pass it by a few who invites many at once. */
const mostPending = 1_000
const hasExpired = sql<boolean>`expires_at <= now()`
const columns = ['id', 'email', 'role', 'createdAt', 'expiresAt', hasExpired.as('expired')] as const
