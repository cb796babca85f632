/**
 * Consistency tokens: where a caller is in its tenant's history, in a form that says nothing to anybody else.
 *
 * A place in the log tells how much everybody writes, so it is sealed. It is bound to the tenant, and to the deployment by
 * the key: neither a forged nor another tenant's token is believed.
 */
import { createHmac } from 'node:crypto'
import { seal, unseal } from '@rowhouse/kernel'
import { tenancyErrors } from '../errors.ts'
import { latest, type Position } from './position.ts'

export interface ConsistencyTokens {
  seal(tenantId: string, position: Position): string
  /**
   * @param tokens one, or several with commas between, of which the latest counts
   * @throws tenancy.consistency_token_refused
   */
  open(tenantId: string, tokens: string): Position
}

/** Calls that a client had under way at the same time, each with an answer of its own. */
const maxTokens = 16
const maxTokenLength = 160

/** @param keys of 32 bytes: the first seals, all open. */
export function createConsistencyTokens(keys: readonly Buffer[]): ConsistencyTokens {
  function openOne(tenantId: string, token: string): Position {
    const sealed = Buffer.from(token.slice(0, maxTokenLength), 'base64url')
    const opened = unseal(ofTenant(keys, tenantId), sealed, purpose)
    // There are several ways to write the same bytes, and only one is ours.
    if (!opened || sealed.toString('base64url') !== token) throw tenancyErrors.consistencyTokenRefused()
    return decode(opened)
  }

  return {
    seal: (tenantId, position) =>
      seal(ofTenant(keys.slice(0, 1), tenantId)[0]!, encode(position), purpose).toString('base64url'),

    open(tenantId, tokens) {
      const all = tokens.split(',').map((token) => token.trim())
      if (all.length > maxTokens) throw tenancyErrors.consistencyTokenRefused()
      return latest(all.map((token) => openOne(tenantId, token)))!
    },
  }
}

const purpose = Buffer.from('consistency')

/** Each tenant has its own: random nonces last for 2^32 tokens of a key (NIST SP 800-38D, 8.3). */
const ofTenant = (keys: readonly Buffer[], tenantId: string): Buffer[] =>
  keys.map((key) => createHmac('sha256', key).update(tenantId).digest())

function encode({ clusterName, timeline, lsn, epoch }: Position): Buffer {
  const numbers = Buffer.alloc(20)
  numbers.writeUInt32BE(timeline, 0)
  numbers.writeBigUInt64BE(lsn, 4)
  numbers.writeBigUInt64BE(BigInt(epoch), 12)
  return Buffer.concat([numbers, Buffer.from(clusterName)])
}

const decode = (bytes: Buffer): Position => ({
  timeline: bytes.readUInt32BE(0),
  lsn: bytes.readBigUInt64BE(4),
  epoch: Number(bytes.readBigUInt64BE(12)),
  clusterName: bytes.subarray(20).toString(),
})
