import { newId } from '@rowhouse/kernel'
import type { ApiKeys } from '@rowhouse/identity'
import { type Door, type NewTenant, type Tenant, type Tenants, transactionDb } from '@rowhouse/tenancy'
import type { MembersTables } from '../members/tables.ts'

export interface NewOwner {
  readonly email: string
  readonly name: string
}

/** Creates a tenant with its first member and a key for it. Nothing is kept when a step fails. */
export type Onboard = (
  tenant: NewTenant & { readonly owner: NewOwner },
) => Promise<Tenant & { readonly owner: { readonly memberId: string; readonly apiKey: string } }>

export function createOnboarding({
  tenants,
  door,
  apiKeys,
}: {
  readonly tenants: Tenants
  readonly door: Door
  readonly apiKeys: ApiKeys
}): Onboard {
  return async ({ owner, ...wanted }) => {
    const memberId = newId()
    let apiKey = ''
    const tenant = await tenants.create(wanted, async ({ id, placement }) => {
      // The tenant is not in the catalog before it is complete, so the door is told where it lives.
      await transactionDb<MembersTables, unknown>(
        door.at(() => placement),
        id,
        (db) =>
          db
            .insertInto('members')
            .values({ id: memberId, ...owner, role: 'owner' })
            .execute(),
      )
      const key = await apiKeys.create(id, { name: 'Owner', permissions: ['*'], memberId })
      apiKey = key.secret
    })
    return { ...tenant, owner: { memberId, apiKey } }
  }
}
