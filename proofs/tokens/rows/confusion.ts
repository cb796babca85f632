/** T2: the public key, in every shape that somebody may hold it, taken for the secret of an HMAC. */
import { createPublicKey } from 'node:crypto'
import { bearers, type Hostile, hmacSigned, type Material, publicJwk } from '../forge.ts'

export function confusion({ header, claims, ours }: Material): Hostile[] {
  const key = createPublicKey(ours)
  const pem = key.export({ type: 'spki', format: 'pem' }).toString()
  const der = key.export({ type: 'spki', format: 'der' })
  const jwk = publicJwk(ours)
  const x = String(jwk['x'])
  const published = { kty: 'OKP', crv: 'Ed25519', x, kid: header['kid'], alg: 'EdDSA', use: 'sig' }
  const shapes: Record<string, Buffer> = {
    PEM: Buffer.from(pem),
    'PEM without its last line end': Buffer.from(pem.trimEnd()),
    'PEM with CRLF': Buffer.from(pem.replaceAll('\n', '\r\n')),
    'PEM on one line': Buffer.from(pem.replaceAll('\n', '')),
    'PEM without its frame': Buffer.from(pem.replaceAll(/-----[^-]+-----|\n/g, '')),
    'PEM of a PUBLIC KEY called RSA': Buffer.from(pem.replaceAll('PUBLIC', 'RSA PUBLIC')),
    DER: der,
    'DER in hex': Buffer.from(der.toString('hex')),
    raw: Buffer.from(x, 'base64url'),
    'raw in base64url': Buffer.from(x),
    'raw in base64': Buffer.from(Buffer.from(x, 'base64url').toString('base64')),
    'raw in hex': Buffer.from(Buffer.from(x, 'base64url').toString('hex')),
    JWK: Buffer.from(JSON.stringify(jwk)),
    'JWK as it is published': Buffer.from(JSON.stringify(published)),
    'JWK, indented': Buffer.from(JSON.stringify(published, null, 2)),
    'the key set': Buffer.from(JSON.stringify({ keys: [published] })),
    'its id': Buffer.from(String(header['kid'])),
    nothing: Buffer.alloc(0),
    'a null byte': Buffer.alloc(1),
    '[object Object]': Buffer.from('[object Object]'),
    '[object KeyObject]': Buffer.from('[object KeyObject]'),
  }
  const tokens: Record<string, string> = {}
  for (const [shape, secret] of Object.entries(shapes)) {
    for (const [before, prefix] of frames) {
      const bytes = Buffer.concat([prefix, secret])
      for (const bits of ['256', '384', '512']) {
        const lying = { ...header, alg: `HS${bits}` }
        tokens[`HS${bits} with ${before}${shape}`] = hmacSigned(lying, claims, bytes, `sha${bits}`)
      }
      // The very header that is expected, and 64 bytes where the signature belongs.
      tokens[`EdDSA by name, HMAC with ${before}${shape}`] = hmacSigned(header, claims, bytes, 'sha512')
    }
  }
  return bearers('T2', tokens)
}

const frames = [
  ['', Buffer.alloc(0)],
  ['a space and ', Buffer.from(' ')],
  ['a BOM and ', Buffer.from('\uFEFF')],
  ['a line end and ', Buffer.from('\n')],
] as const
