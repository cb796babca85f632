import { hkdfSync } from 'node:crypto'

/** What AUTH_KEY is the root of: each purpose has a key of its own, so that none can be turned against another. */
export interface AuthKeys {
  /** 32 bytes for the purpose that `label` names, of the key that is in force. */
  derive(label: string): Buffer
  /** The same of every key that is still believed: the one in force, then the older ones. */
  deriveAll(label: string): Buffer[]
}

/**
 * HKDF-SHA-256 (RFC 5869) over the keys of the setting.
 *
 * @param text keys of 64 hexadecimal digits, comma between: the first is in force, the others are older.
 */
export function authKeys(text: string): AuthKeys {
  if (!/^[0-9a-f]{64}(,[0-9a-f]{64})*$/.test(text)) throw new Error('AUTH_KEY is not of 64 hexadecimal digits')
  const roots = text.split(',').map((hex) => Buffer.from(hex, 'hex'))
  const deriveAll = (label: string) => roots.map((root) => Buffer.from(hkdfSync('sha256', root, 'rowhouse', label, 32)))
  return { deriveAll, derive: (label) => deriveAll(label)[0]! }
}
