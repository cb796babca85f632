/** AES-256-GCM: what is sealed is 12 bytes of nonce, 16 of tag, and the ciphertext. */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'

/** @param bound what the sealed text belongs to: bound to anything else it does not open. */
export function seal(key: Buffer, text: Uint8Array, bound: Uint8Array): Buffer {
  const nonce = randomBytes(12)
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(bound)
  const sealed = Buffer.concat([cipher.update(text), cipher.final()])
  return Buffer.concat([nonce, cipher.getAuthTag(), sealed])
}

/** What one of the keys has sealed; null when none of them has, or it was tampered with. */
export function unseal(keys: readonly Buffer[], sealed: Buffer, bound: Uint8Array): Buffer | null {
  for (const key of keys) {
    try {
      const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, 12), { authTagLength: 16 })
      decipher.setAAD(bound).setAuthTag(sealed.subarray(12, 28))
      return Buffer.concat([decipher.update(sealed.subarray(28)), decipher.final()])
    } catch {
      // Another key's.
    }
  }
  return null
}
