/**
 * Refresh tokens: `rht_` and 64 bytes in base64url: the tenant's id, the session's, 16 random bytes that all tokens of the
 * session share, and 16 that are this token's own. A successor's own are derived from its parent (HMAC-SHA-256), so that a
 * parent that is shown again names the same successor, and nothing but hashes need be kept.
 */
import { createHash, createHmac, randomBytes } from 'node:crypto'
import { bytesOfUuid, uuidOfBytes } from './uuid-bytes.ts'

export interface RefreshToken {
  readonly text: string
  readonly tenantId: string
  readonly sessionId: string
  /** SHA-256 of what all tokens of the session share. */
  readonly familyHash: Buffer
  /** SHA-256 of the token. */
  readonly hash: Buffer
}

const prefix = 'rht_'

/** The first token of a session. */
export const newRefreshToken = (tenantId: string, sessionId: string): RefreshToken =>
  tokenOf(Buffer.concat([bytesOfUuid(tenantId), bytesOfUuid(sessionId), randomBytes(32)]))

/** Undefined when the text cannot be a token. */
export function readRefreshToken(text: string): RefreshToken | undefined {
  if (!/^rht_[\w-]{85}[AQgw]$/.test(text)) return undefined
  return tokenOf(Buffer.from(text.slice(prefix.length), 'base64url'))
}

/** @param key derived from AUTH_KEY for refresh tokens. */
export function successorOf(parent: RefreshToken, key: Buffer): RefreshToken {
  const shared = Buffer.from(parent.text.slice(prefix.length), 'base64url').subarray(0, 48)
  const own = createHmac('sha256', key).update(parent.text).digest().subarray(0, 16)
  return tokenOf(Buffer.concat([shared, own]))
}

function tokenOf(bytes: Buffer): RefreshToken {
  const text = prefix + bytes.toString('base64url')
  return {
    text,
    tenantId: uuidOfBytes(bytes.subarray(0, 16)),
    sessionId: uuidOfBytes(bytes.subarray(16, 32)),
    familyHash: sha256(bytes.subarray(32, 48)),
    hash: sha256(text),
  }
}

const sha256 = (data: string | Buffer) => createHash('sha256').update(data).digest()
