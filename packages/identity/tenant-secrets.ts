/**
 * Secrets that name their tenant: a prefix and 48 bytes in base64url, the tenant's id and 256 random bits. So they are looked
 * up inside that tenant's door; one with another tenant's id in it matches no hash there.
 */
import { createHash, randomBytes } from 'node:crypto'
import { bytesOfUuid, uuidOfBytes } from './uuid-bytes.ts'

export type SecretPrefix = 'rhk_' | 'rhi_'

export const newSecret = (prefix: SecretPrefix, tenantId: string): string =>
  prefix + Buffer.concat([bytesOfUuid(tenantId), randomBytes(32)]).toString('base64url')

/** The tenant that a secret names; undefined when the text cannot be one. */
export function tenantOfSecret(prefix: SecretPrefix, secret: string): string | undefined {
  if (!secret.startsWith(prefix) || !/^[\w-]{64}$/.test(secret.slice(prefix.length))) return undefined
  return uuidOfBytes(Buffer.from(secret.slice(prefix.length), 'base64url').subarray(0, 16))
}

export const hashOf = (secret: string): Buffer => createHash('sha256').update(secret).digest()
