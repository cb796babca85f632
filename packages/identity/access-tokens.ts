/**
 * Access tokens: JWTs signed with Ed25519 (RFC 7519, 8037, 9068), valid for ten minutes, verified by every node by itself.
 *
 * The header of a token is compared, never read: it is the one that we write with one of our keys, to the byte, or the
 * token is not ours. So nothing in it (alg, jku, jwk, crit, zip …) can choose how it is verified.
 */
import { createHash, createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto'
import { type Clock, newId } from '@rowhouse/kernel'
import { jwtVerify, SignJWT } from 'jose'
import { z } from 'zod'
import type { AuthKeys } from './auth-keys.ts'
import { roles } from './members.ts'

/** Who signed in, in which tenant, as what. */
export interface SignedInMember {
  readonly accountId: string
  readonly tenantId: string
  readonly memberId: string
  readonly role: (typeof roles)[number]
  readonly sessionId: string
}

export interface AccessTokens {
  issue(member: SignedInMember): Promise<string>
  /** Null for whatever is not a valid token of ours. */
  verify(token: string): Promise<SignedInMember | null>
  /** The public keys (RFC 7517): the one that signs first. */
  readonly keySet: { readonly keys: PublicKey[] }
}

interface PublicKey {
  readonly kty: 'OKP'
  readonly crv: 'Ed25519'
  readonly x: string
  readonly kid: string
  readonly alg: 'EdDSA'
  readonly use: 'sig'
}

/** Seconds. */
export const accessTokenLifeS = 600
/** How far the clocks of two nodes may be apart, in seconds. */
const leewayS = 5
/** Ours have some 500 characters. */
const maxLength = 4_096
const maxCached = 10_000

/** @param domain names the deployment: a token of another one is not valid here. */
export function createAccessTokens({
  keys,
  domain,
  clock,
}: {
  readonly keys: AuthKeys
  readonly domain: string
  readonly clock: Clock
}): AccessTokens {
  const issuer = `https://${domain}`
  const audience = `${issuer}/api`
  const ours = keys.deriveAll('access tokens').map(signingKey)
  const [signing] = ours as [SigningKey]
  const keyOfHeader = new Map(ours.map(({ header, publicKey }) => [encoded(header), publicKey]))
  const known = new Map<string, { member: SignedInMember; until: number }>()

  async function verifyAnew(token: string, key: KeyObject): Promise<z.output<typeof Claims>> {
    const { payload } = await jwtVerify(token, key, {
      algorithms: ['EdDSA'],
      typ: 'at+jwt',
      issuer,
      audience,
      clockTolerance: leewayS,
      maxTokenAge: accessTokenLifeS,
      currentDate: new Date(clock.now()),
    })
    return Claims.parse(payload)
  }

  return {
    keySet: { keys: ours.map(({ jwk }) => jwk) },

    issue({ accountId, tenantId, memberId, role, sessionId }) {
      const nowS = Math.floor(clock.now() / 1000)
      return new SignJWT({ tid: tenantId, mid: memberId, role, sid: sessionId })
        .setProtectedHeader(signing.header)
        .setIssuer(issuer)
        .setAudience(audience)
        .setSubject(accountId)
        .setIssuedAt(nowS)
        .setExpirationTime(nowS + accessTokenLifeS)
        .setJti(newId())
        .sign(signing.privateKey)
    },

    async verify(token) {
      if (token.length > maxLength || !compact.test(token)) return null
      const key = keyOfHeader.get(token.slice(0, token.indexOf('.')))
      if (!key) return null
      const hash = createHash('sha256').update(token).digest('base64')
      const cached = known.get(hash)
      known.delete(hash)
      if (cached && cached.until > clock.now()) {
        known.set(hash, cached)
        return cached.member
      }
      const claims = await verifyAnew(token, key).catch(() => null)
      if (claims === null) return null
      const { sub: accountId, tid: tenantId, mid: memberId, role, sid: sessionId, exp } = claims
      const member = { accountId, tenantId, memberId, role, sessionId }
      known.set(hash, { member, until: exp * 1000 })
      if (known.size > maxCached) known.delete(known.keys().next().value!)
      return member
    },
  }
}

/** Three parts in base64url, the last of 64 bytes and written in the one canonical way. */
const compact = /^[\w-]+\.[\w-]+\.[\w-]{85}[AQgw]$/

const Claims = z
  .strictObject({
    iss: z.string(),
    aud: z.string(),
    sub: z.uuid(),
    tid: z.uuid(),
    mid: z.uuid(),
    role: z.enum(roles),
    sid: z.uuid(),
    iat: z.int(),
    exp: z.int(),
    jti: z.uuid(),
  })
  // One that were to live longer would be known until then.
  .refine(({ iat, exp }) => exp - iat === accessTokenLifeS, 'lives longer or shorter than ours')

interface SigningKey {
  readonly header: { readonly alg: 'EdDSA'; readonly typ: 'at+jwt'; readonly kid: string }
  readonly privateKey: KeyObject
  readonly publicKey: KeyObject
  readonly jwk: PublicKey
}

/** RFC 8410: the private key of Ed25519 is its seed behind a prefix of 16 bytes. */
const pkcs8Prefix = Buffer.from('302e020100300506032b657004220420', 'hex')

function signingKey(seed: Buffer): SigningKey {
  const privateKey = createPrivateKey({ key: Buffer.concat([pkcs8Prefix, seed]), format: 'der', type: 'pkcs8' })
  const publicKey = createPublicKey(privateKey)
  const { x } = publicKey.export({ format: 'jwk' }) as { x: string }
  // RFC 7638: the thumbprint of exactly these members in this order.
  const kid = createHash('sha256')
    .update(JSON.stringify({ crv: 'Ed25519', kty: 'OKP', x }))
    .digest('base64url')
  const jwk: PublicKey = { kty: 'OKP', crv: 'Ed25519', x, kid, alg: 'EdDSA', use: 'sig' }
  return { header: { alg: 'EdDSA', typ: 'at+jwt', kid }, privateKey, publicKey, jwk }
}

const encoded = (header: object) => Buffer.from(JSON.stringify(header)).toString('base64url')
