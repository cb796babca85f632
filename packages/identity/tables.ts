// Generated from the migrated catalog by `npm run generate`. Do not edit.
import type { Generated } from 'kysely'

export interface ApiKeys {
  tenantId: Generated<string>
  id: string
  name: string
  hash: Buffer
  permissions: string[]
  memberId: string | null
  createdAt: Generated<string>
  revokedAt: string | null
}

export interface IdentityTables {
  apiKeys: ApiKeys
}
