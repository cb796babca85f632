/** What a tenant's own house says of a member. The table is the platform's (packages/tenancy/migrations). */
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
  members: Member
}

const columns = ['id', 'email', 'name', 'role'] as const

/** Undefined when there is none any more. */
export const findMember = (door: Door, tenantId: string, memberId: string): Promise<Member | undefined> =>
  queryDb<MemberTables>(door, tenantId)
    .selectFrom('members')
    .select(columns)
    .where('id', '=', memberId)
    .executeTakeFirst()

export const addMember = (db: TenantDb<MemberTables>, member: Member): Promise<unknown> =>
  db.insertInto('members').values(member).execute()
