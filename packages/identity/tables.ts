// Generated from the migrated catalog by `npm run generate`. Do not edit.
import type { Generated } from 'kysely'

export interface ApiKeys {
  createdAt: Generated<string>
  hash: Buffer
  id: string
  memberId: string | null
  name: string
  permissions: string[]
  revokedAt: string | null
  tenantId: Generated<string>
}

export interface Invitations {
  acceptedAt: string | null
  createdAt: Generated<string>
  email: string
  expiresAt: Generated<string>
  hasMember: boolean
  id: string
  invitedBy: string | null
  memberId: string
  revokedAt: string | null
  role: 'owner' | 'admin' | 'member'
  tenantId: Generated<string>
  tokenHash: Buffer
}

export interface Sessions {
  accountId: string
  createdAt: Generated<string>
  familyHash: Buffer
  id: string
  memberId: string
  parentHash: Buffer | null
  revokedAt: string | null
  rotatedAt: Generated<string>
  tenantId: Generated<string>
  tokenHash: Buffer
}

export interface IdentityTables {
  apiKeys: ApiKeys
  invitations: Invitations
  sessions: Sessions
}
