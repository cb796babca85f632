/** Tokens in the links of invitations: `rhi_` and 48 bytes in base64url, the tenant's id and 256 random bits. */
import { createHash, randomBytes } from 'node:crypto'
import { bytesOfUuid, uuidOfBytes } from './uuid-bytes.ts'

const prefix = 'rhi_'

/** It names its tenant, as API keys do, so that it is looked up inside that tenant's door. */
export const newInvitationToken = (tenantId: string): string =>
  prefix + Buffer.concat([bytesOfUuid(tenantId), randomBytes(32)]).toString('base64url')

/** The tenant that a token names; undefined when the text cannot be one. */
export function tenantOfInvitation(token: string): string | undefined {
  if (!/^rhi_[\w-]{64}$/.test(token)) return undefined
  return uuidOfBytes(Buffer.from(token.slice(prefix.length), 'base64url').subarray(0, 16))
}

export const hashOf = (token: string): Buffer => createHash('sha256').update(token).digest()
