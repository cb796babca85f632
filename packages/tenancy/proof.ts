import { createHash, createHmac } from 'node:crypto'
import type { Clock } from '@rowhouse/kernel'

/** What the door asks of whoever enters: made by the application tier, checked inside the database. */
export interface Proofs {
  /** The proof for a residence, valid for minutes. Cheap: it is made once a minute and residence. */
  of(tenantId: string, epoch: number): Buffer
}

const lifetimeMs = 5 * 60_000
/** A proof is used for a minute and valid for five, so that clocks may differ by four. */
const reuseMs = 60_000
const maxCached = 10_000

/** PostgreSQL counts microseconds from this day. */
const postgresEpochMs = Date.UTC(2000, 0, 1)

/**
 * The key of one residence: HMAC-SHA-256 (RFC 2104) of tenant and epoch under the deployment's door key. The database
 * holds this and never the door key, so that one database's contents open no other residence.
 */
export function residenceKey(doorKey: Buffer, tenantId: string, epoch: number): Buffer {
  const residence = Buffer.alloc(24)
  residence.write(tenantId.replaceAll('-', ''), 'hex')
  residence.writeBigInt64BE(BigInt(epoch), 16)
  return createHmac('sha256', doorKey).update(residence).digest()
}

/** Expiry and SHA-256 (residence key, expiry), as `rowhouse.enter` reads it: see door/0001_door.sql. */
export function makeProof(doorKey: Buffer, tenantId: string, epoch: number, expiresAtMs: number): Buffer {
  const expiry = Buffer.alloc(8)
  expiry.writeBigInt64BE(BigInt(expiresAtMs - postgresEpochMs) * 1000n)
  const mac = createHash('sha256')
    .update(residenceKey(doorKey, tenantId, epoch))
    .update(expiry)
    .digest()
  return Buffer.concat([expiry, mac])
}

export function createProofs(doorKey: Buffer, clock: Clock): Proofs {
  const cache = new Map<string, { proof: Buffer; epoch: number; until: number }>()
  return {
    of(tenantId, epoch) {
      const now = clock.now()
      const known = cache.get(tenantId)
      if (known && known.epoch === epoch && known.until > now) return known.proof
      const proof = makeProof(doorKey, tenantId, epoch, now + lifetimeMs)
      cache.delete(tenantId)
      cache.set(tenantId, { proof, epoch, until: now + reuseMs })
      if (cache.size > maxCached) cache.delete(cache.keys().next().value!)
      return proof
    },
  }
}
