// Generated from the migrated catalog by `npm run generate`. Do not edit.
import type { Generated } from 'kysely'

export interface Members {
  createdAt: Generated<string>
  email: string
  id: string
  name: string
  role: 'owner' | 'admin' | 'member'
  tenantId: Generated<string>
}

export interface MembersTables {
  members: Members
}
