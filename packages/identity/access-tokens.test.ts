import { createHmac, createPrivateKey, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto'
import { newId } from '@rowhouse/kernel'
import { expect, test } from 'vitest'
import { createAccessTokens, type SignedInMember } from './access-tokens.ts'
import { authKeys } from './auth-keys.ts'

const key = randomBytes(32).toString('hex')
const clock = { ms: Date.parse('2026-11-25T09:00:00Z'), now: () => clock.ms }
const open = (text = key) => createAccessTokens({ keys: authKeys(text), domain: 'localhost', clock })
const tokens = open()
const member: SignedInMember = {
  accountId: newId(),
  tenantId: newId(),
  memberId: newId(),
  role: 'admin',
  sessionId: newId(),
}

const part = (value: unknown) =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url')
const partsOf = (token: string) => token.split('.') as [string, string, string]
const read = (text: string) => JSON.parse(Buffer.from(text, 'base64url').toString()) as Record<string, unknown>
const privateKey = createPrivateKey({
  key: Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), authKeys(key).derive('access tokens')]),
  format: 'der',
  type: 'pkcs8',
})

/** A token of any header and claims, signed with our own key. */
function signed(header: unknown, claims: unknown, by: KeyObject = privateKey): string {
  const text = `${part(header)}.${part(claims)}`
  return `${text}.${sign(null, Buffer.from(text), by).toString('base64url')}`
}

const sample = await tokens.issue(member)
const [header, claims] = [read(partsOf(sample)[0]), read(partsOf(sample)[1])]

test('a token tells who signed in, for ten minutes and five seconds of differing clocks', async () => {
  const token = await tokens.issue(member)
  expect(read(partsOf(token)[1])).toEqual({
    iss: 'https://localhost',
    aud: 'https://localhost/api',
    sub: member.accountId,
    tid: member.tenantId,
    mid: member.memberId,
    role: 'admin',
    sid: member.sessionId,
    iat: clock.ms / 1000,
    exp: clock.ms / 1000 + 600,
    jti: expect.any(String),
  })
  const began = clock.ms
  for (const [s, expected] of [
    [-6, null],
    [-5, member],
    [0, member],
    [599, member],
    [604, member],
    [605, null],
    [10_000, null],
  ] as const) {
    clock.ms = began + s * 1000
    for (const node of [tokens, open()]) expect([s, await node.verify(token)]).toEqual([s, expected])
  }
  clock.ms = began
})

test('what we write ourselves is accepted: the tests below differ from it in one thing each', async () => {
  expect(await tokens.verify(signed(header, claims))).toEqual(member)
})

test.each<readonly [string, Record<string, unknown>]>([
  ['no algorithm', { alg: 'none' }],
  ['no algorithm, written oddly', { alg: 'nOnE' }],
  ['a shared secret', { alg: 'HS256' }],
  ['another name of the algorithm', { alg: 'Ed25519' }],
  ['another curve', { alg: 'ES256' }],
  ['an id token’s type', { typ: 'JWT' }],
  ['a logout token’s type', { typ: 'logout+jwt' }],
  ['no type', { typ: undefined }],
  ['another key', { kid: 'AAAA' }],
  ['a key by path', { kid: '../../dev/null' }],
  ['a key by SQL', { kid: "' or 1=1 --" }],
  ['no key', { kid: undefined }],
  ['keys by URL', { jku: 'http://127.0.0.1:1/keys' }],
  ['certificates by URL', { x5u: 'http://127.0.0.1:1/keys' }],
  ['a key of its own', { jwk: { kty: 'OKP', crv: 'Ed25519', x: 'A'.repeat(43) } }],
  ['a critical extension', { crit: ['exp'] }],
  ['a body that is not encoded', { b64: false, crit: ['b64'] }],
  ['a compressed body', { zip: 'DEF' }],
])('a header with %s is not ours', async (_what, change) => {
  expect(await tokens.verify(signed({ ...header, ...change }, claims))).toBeNull()
})

const nowS = clock.ms / 1000

test.each<readonly [string, Record<string, unknown>]>([
  ['another issuer', { iss: 'https://elsewhere' }],
  ['another audience', { aud: 'https://localhost' }],
  ['several audiences', { aud: ['https://localhost/api', 'https://elsewhere'] }],
  ['no expiry', { exp: undefined }],
  ['an expiry in text', { exp: String(nowS + 600) }],
  ['a fractional expiry', { exp: nowS + 599.5 }],
  ['a huge expiry', { exp: 1e300 }],
  ['a negative expiry', { exp: -1 }],
  ['an expiry in an hour', { exp: nowS + 3_600 }],
  ['a life a second longer than ours', { exp: nowS + 601 }],
  ['a life a second shorter than ours', { exp: nowS + 599 }],
  ['a beginning, though it has passed', { nbf: -1 }],
  ['no time of issue', { iat: undefined }],
  ['a time of issue to come', { iat: nowS + 10, exp: nowS + 610 }],
  ['a beginning to come', { nbf: nowS + 60 }],
  ['a beginning in text', { nbf: 'soon' }],
  ['no tenant', { tid: undefined }],
  ['a tenant that is no id', { tid: 'acme' }],
  ['two tenants', { tid: [member.tenantId, newId()] }],
  ['no session', { sid: undefined }],
  ['another role', { role: 'operator' }],
  ['one claim more', { azp: 'somebody' }],
])('claims with %s are refused, though signed by us', async (_what, change) => {
  expect(await tokens.verify(signed(header, { ...claims, ...change }))).toBeNull()
})

test('a token signed by anything else is refused', async () => {
  const other = generateKeyPairSync('ed25519').privateKey
  expect(await tokens.verify(signed(header, claims, other))).toBeNull()
  const text = `${part({ ...header, alg: 'HS256' })}.${part(claims)}`
  const publicKey = tokens.keySet.keys[0]!
  for (const secret of [JSON.stringify(publicKey), publicKey.x, Buffer.from(publicKey.x, 'base64url'), ''])
    expect(await tokens.verify(`${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`)).toBeNull()
})

test('no token with one letter changed is valid, nor one written in another way', async () => {
  for (let at = 0; at < sample.length; at += 1) {
    const changed = sample.slice(0, at) + (sample[at] === 'A' ? 'B' : 'A') + sample.slice(at + 1)
    expect([at, await tokens.verify(changed)]).toEqual([at, null])
  }
  const [head, body, signature] = partsOf(sample)
  const odd = [`${sample}=`, `${sample}.`, ` ${sample}`, `${sample}\n`, `${head}.${body}.`, `${head}.${body}`, '..', '']
  const nested = `${head}.${part(sample)}.${signature}`
  const encrypted = [head, '', part('iv'), part('text'), part('tag')].join('.')
  for (const text of [...odd, nested, encrypted, `${head}.${'A'.repeat(1_000_000)}.${signature}`, '\ud800'])
    expect([text.slice(0, 40), await tokens.verify(text)]).toEqual([text.slice(0, 40), null])
  expect(await tokens.verify(sample)).toEqual(member)
})

test('a duplicate member is read in one way: the last, and that must be ours', async () => {
  const twice = (tid: string) => JSON.stringify(claims).replace('{', `{"tid":"${tid}",`)
  expect(await tokens.verify(signed(header, twice(newId())))).toEqual(member)
})

test('an older key is believed as long as it is listed, and a key that left is not', async () => {
  const newer = randomBytes(32).toString('hex')
  const rotated = open(`${newer},${key}`)
  expect(await rotated.verify(sample)).toEqual(member)
  expect(await tokens.verify(await rotated.issue(member))).toBeNull()
  expect(await open(newer).verify(await rotated.issue(member))).toEqual(member)
  expect(await open(newer).verify(sample)).toBeNull()
  expect(rotated.keySet.keys.map(({ kid }) => kid)).toEqual([
    open(newer).keySet.keys[0]!.kid,
    tokens.keySet.keys[0]!.kid,
  ])
})
