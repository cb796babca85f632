import { newId } from '@rowhouse/kernel'
import { type Door, transactionDb } from '@rowhouse/tenancy'
import { joinTenant, makeAccount } from './accounts.ts'
import { identityErrors } from './errors.ts'
import type { Member } from './members.ts'
import type { Passwords } from './passwords.ts'
import type { IdentityTables } from './tables.ts'

/**
 * Gives a member an account with this password, or the account that only belongs there a new password: for the platform's
 * own hands (demo data, a tenant that an operator made). People sign up or are invited.
 *
 * @throws identity.already_member when the address has an account in another tenant
 */
export type Enrol = (tenantId: string, member: Omit<Member, 'role'>, password: string) => Promise<void>

export const createEnrol =
  ({ control, passwords }: { readonly control: Door; readonly passwords: Passwords }): Enrol =>
  async (tenantId, { id: memberId, email, name }, password) => {
    const account = { id: newId(), email, name, passwordHash: await passwords.hash(password) }
    await transactionDb<IdentityTables, void>(control, tenantId, async (db) => {
      const accountId = await makeAccount(db, account)
      if (accountId === null) throw identityErrors.alreadyMember()
      await joinTenant(db, accountId, memberId)
    })
  }
