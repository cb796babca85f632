/** Accounts: people, in whatever tenants. They stand behind no door, so narrow functions of the control database are all. */
import type { AskControl, TenantDb } from '@rowhouse/tenancy'
import { sql } from 'kysely'
import type { IdentityTables } from './tables.ts'

export interface Account {
  readonly id: string
  readonly name: string
  readonly passwordHash: string
}

/** A tenant that is open for an account. */
export interface AccountTenant {
  readonly id: string
  readonly slug: string
  readonly name: string
  readonly memberId: string
}

export interface Accounts {
  find(email: string): Promise<Account | undefined>
  tenantsOf(accountId: string): Promise<AccountTenant[]>
}

export const createAccounts = (ask: AskControl): Accounts => ({
  async find(email) {
    const rows = await ask('select id, name, password_hash from control.find_account($1)', [email])
    return rows[0] as unknown as Account | undefined
  },
  async tenantsOf(accountId) {
    const rows = await ask('select id, slug, name, member_id from control.tenants_of_account($1)', [accountId])
    return rows as unknown as AccountTenant[]
  },
})

/** @returns the account’s id; null when the address has one already that belongs to a tenant. */
export async function makeAccount(
  db: TenantDb<IdentityTables>,
  { id, name, passwordHash, email }: Account & { readonly email: string },
): Promise<string | null> {
  const made = sql<{
    id: string | null
  }>`select control.create_account(${id}, ${email}, ${name}, ${passwordHash}) as id`
  return (await made.execute(db)).rows[0]!.id
}

/** Makes the account a member of the tenant inside whose door `db` is. */
export async function joinTenant(db: TenantDb<IdentityTables>, accountId: string, memberId: string): Promise<void> {
  await sql`select control.join_tenant(${accountId}, ${memberId})`.execute(db)
}

/** The account of a member of the tenant inside whose door `db` is; null when it has none, and cannot sign in. */
export async function accountOfMember(db: TenantDb<IdentityTables>, memberId: string): Promise<string | null> {
  const found = sql<{ id: string | null }>`select control.account_of_member(${memberId}) as id`
  return (await found.execute(db)).rows[0]!.id
}

export type TenantName = Omit<AccountTenant, 'memberId'>

/** How the tenant inside whose door `db` is is named. */
export async function thisTenant(db: TenantDb<IdentityTables>): Promise<TenantName> {
  return (await sql<TenantName>`select id, slug, name from control.this_tenant()`.execute(db)).rows[0]!
}
