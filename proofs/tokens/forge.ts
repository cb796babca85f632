/** Tokens made by hand: any header, any claims, any key, and what no library would write. */
import { createHash, createHmac, createPrivateKey, createPublicKey, type KeyObject, sign } from 'node:crypto'
import type { Random } from '../random.ts'

export type Json = Readonly<Record<string, unknown>>

export interface Hostile {
  /** Row of the threat list. */
  readonly row: string
  readonly name: string
  /** What follows `Authorization: `. */
  readonly authorization: string
}

/** What a forger may have: everything public, a genuine token, a key of their own, and, for claims alone, ours. */
export interface Material {
  /** A genuine token, valid for minutes, and its parts. */
  readonly token: string
  readonly header: Json
  readonly claims: Json
  /** Our signing key: what it signs is refused for what it says. */
  readonly ours: KeyObject
  /** An older one that is still believed. */
  readonly believed: KeyObject
  /** Of the same deployment once, believed no more. */
  readonly rotatedOut: KeyObject
  readonly theirs: KeyObject
  /** Secrets of ours for other purposes. */
  readonly refreshToken: string
  readonly operatorApiKey: string
  /** Nobody may come here. */
  readonly trapUrl: string
  readonly nowS: number
  readonly random: Random
}

/** RFC 8410: the private key of Ed25519 is its seed behind a prefix. */
export const ed25519 = (seed: Buffer): KeyObject =>
  createPrivateKey({
    key: Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), seed]),
    format: 'der',
    type: 'pkcs8',
  })

export const publicJwk = (key: KeyObject): Json => createPublicKey(key).export({ format: 'jwk' })

/** RFC 7638: the thumbprint of exactly these members in this order. */
export function kidOf(key: KeyObject): string {
  const { x } = publicJwk(key)
  return createHash('sha256')
    .update(JSON.stringify({ crv: 'Ed25519', kty: 'OKP', x }))
    .digest('base64url')
}

export const base64url = (part: string | Buffer): string => Buffer.from(part).toString('base64url')

/** Text stays as it is; anything else becomes JSON. */
const part = (content: unknown): string => base64url(typeof content === 'string' ? content : JSON.stringify(content))

/** A compact JWS (RFC 7515) with this header and these claims, signed with Ed25519. */
export function signed(header: unknown, claims: unknown, key: KeyObject): string {
  const input = `${part(header)}.${part(claims)}`
  return `${input}.${base64url(sign(null, Buffer.from(input), key))}`
}

/** @param hash of the HMAC, whatever the header says of it */
export function hmacSigned(header: Json, claims: unknown, secret: Buffer, hash: string): string {
  const input = `${part(header)}.${part(claims)}`
  return `${input}.${base64url(createHmac(hash, secret).update(input).digest())}`
}

/** With whatever stands where the signature belongs. */
export const unsigned = (header: unknown, claims: unknown, signature = ''): string =>
  `${part(header)}.${part(claims)}.${signature}`

/** As the platform reads it. */
export function decoded(token: string): { header: Json; claims: Json; signature: string } {
  const [header = '', claims = '', signature = ''] = token.split('.')
  const read = (text: string) => JSON.parse(Buffer.from(text, 'base64url').toString()) as Json
  return { header: read(header), claims: read(claims), signature }
}

/** Hostile tokens of one row, as they are usually sent. */
/** What the operators' key is called among hostile tokens: at their own API it is none. */
export const operatorsKey = 'the operators’ key'

export const bearers = (row: string, tokens: Readonly<Record<string, string>>): Hostile[] =>
  Object.entries(tokens).map(([name, token]) => ({ row, name, authorization: `Bearer ${token}` }))
