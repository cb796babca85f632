/** What a tenant's own house says of a member. The table is the platform's (packages/tenancy/migrations). */
import type { Generated } from 'kysely'
import { type Door, queryDb, type TenantDb } from '@rowhouse/tenancy'

/** From the one that may most. */
export const roles = ['owner', 'admin', 'member'] as const

export interface Member {
  readonly id: string
  readonly email: string
  readonly name: string
  readonly role: (typeof roles)[number]
}

export interface MemberTables {
  members: Member & { readonly tenantId: Generated<string> }
}

const columns = ['id', 'email', 'name', 'role'] as const

/** Undefined when there is none any more. */
export const findMember = (door: Door, tenantId: string, memberId: string): Promise<Member | undefined> =>
  queryDb<MemberTables>(door, tenantId)
    .selectFrom('members')
    .select(columns)
    .where('id', '=', memberId)
    .executeTakeFirst()

export const findMemberByEmail = (door: Door, tenantId: string, email: string): Promise<Member | undefined> =>
  queryDb<MemberTables>(door, tenantId)
    .selectFrom('members')
    .select(columns)
    .where('email', '=', email)
    .executeTakeFirst()

/** Does nothing when the member is there already, or another has the address: so that it may be repeated. */
export const addMember = (db: TenantDb<MemberTables>, member: Member): Promise<unknown> =>
  db
    .insertInto('members')
    .values(member)
    .onConflict((conflict) => conflict.doNothing())
    .execute()

/** Removes a member who came in half, and nothing else: one who has been given work meanwhile stays. */
export async function removeHalfMember(door: Door, tenantId: string, memberId: string): Promise<void> {
  await queryDb<MemberTables>(door, tenantId)
    .deleteFrom('members')
    .where('id', '=', memberId)
    .execute()
    .catch((error: unknown) => {
      if (!(error instanceof Error && 'code' in error && error.code === foreignKeyViolation)) throw error
    })
}

/** SQLSTATE. */
const foreignKeyViolation = '23503'
