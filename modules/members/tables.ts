// Generated from the migrated catalog by `npm run generate`. Do not edit.
import type { Generated } from 'kysely'

export interface Members {
  tenantId: Generated<string>
  id: string
  email: string
  name: string
  role: string
  createdAt: Generated<string>
}

export interface MembersTables {
  members: Members
}
