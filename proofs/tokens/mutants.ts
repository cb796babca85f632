/** The verification of access tokens with one precaution less, and the row whose tokens must notice. */
import type { Edit } from '../nodes/edit.ts'

export interface Mutant {
  readonly name: string
  /** A row of hostile tokens, or a probe. */
  readonly noticedBy: string
  readonly edits: readonly Edit[]
}

const inTokens = (from: string, to: string): Edit => ({ file: 'packages/identity/access-tokens.ts', from, to })

/** What reads a part of the token, as a careless verifier would. */
const read = (part: 0 | 1) => `JSON.parse(String(Buffer.from(token.split('.')[${part}] ?? '', 'base64url')))`
const keyOfHeader = `const key = keyOfHeader.get(token.slice(0, token.indexOf('.')))`
const anyForm = inTokens('!compact.test(token)', `token.split('.').length !== 3`)
const anyHeader = (key: string, before = '') => [
  inTokens(
    keyOfHeader,
    `let said: any; try { said = ${read(0)} ?? {} } catch { return null }; ${before}const key: any = ${key}`,
  ),
  inTokens(`algorithms: ['EdDSA'],`, ''),
  inTokens(`typ: 'at+jwt',`, ''),
]
const ourKey = 'ours.find(({ jwk }) => jwk.kid === said.kid)?.publicKey'

export const mutants: readonly Mutant[] = [
  {
    name: 'alg none is believed',
    noticedBy: 'T1',
    edits: [
      anyForm,
      ...anyHeader(
        ourKey,
        `if (said.alg === 'none') { const { sub: accountId, tid: tenantId, mid: memberId, role, sid: sessionId } = ${read(1)}; return { accountId, tenantId, memberId, role, sessionId } }; `,
      ),
    ],
  },
  {
    name: 'the algorithm is the header’s, and the public key in PEM an HMAC secret',
    noticedBy: 'T2',
    edits: [
      anyForm,
      inTokens(
        'const { payload } = await jwtVerify(token, key, {',
        'const { payload } = await jwtVerify(token, key as never, {',
      ),
      ...anyHeader(
        `String(said.alg).startsWith('HS') ? Buffer.from(String(ours[0]!.publicKey.export({ type: 'spki', format: 'pem' }))) : ${ourKey}`,
      ),
    ],
  },
  {
    name: 'the key that a token brings is believed',
    noticedBy: 'T3',
    edits: anyHeader(`said.jwk?.x ? createPublicKey({ key: said.jwk, format: 'jwk' }) : ${ourKey}`),
  },
  {
    name: 'a key is fetched from where the token says',
    noticedBy: 'T3',
    edits: anyHeader(ourKey, `if (String(said.jku).startsWith('http')) await fetch(said.jku).catch(() => {}); `),
  },
  { name: 'typ is not compared', noticedBy: 'T4', edits: anyHeader(ourKey) },
  { name: 'aud is not compared', noticedBy: 'T4', edits: [inTokens('      audience,\n', '')] },
  { name: 'iss is not compared', noticedBy: 'T4', edits: [inTokens('      issuer,\n', '')] },
  {
    name: 'claims of other tokens are let in',
    noticedBy: 'T4',
    edits: [inTokens('.strictObject({', '.looseObject({')],
  },
  {
    name: 'the tenant is not compared with the host’s',
    noticedBy: 'hosts',
    edits: [
      {
        file: 'packages/http/serve.ts',
        from: 'record.hostTenantId !== caller.tenantId',
        to: 'caller.tenantId === null',
      },
    ],
  },
  {
    name: 'exp is not compared',
    noticedBy: 'T5',
    edits: [inTokens('new Date(clock.now())', `new Date(${read(1)}.iat * 1_000)`)],
  },
  {
    name: 'clocks may be an hour apart',
    noticedBy: 'T5',
    edits: [inTokens('clockTolerance: leewayS', 'clockTolerance: 3_600')],
  },
  {
    name: 'a token lives as long as it says',
    noticedBy: 'T5',
    edits: [inTokens('exp - iat === accessTokenLifeS', 'exp > iat')],
  },
  {
    name: 'a token is remembered beyond its time',
    noticedBy: 'aging',
    edits: [inTokens('cached.until > clock.now()', 'cached.until > 0')],
  },
  {
    name: 'only the key in force is believed',
    noticedBy: 'T6',
    edits: [inTokens(`keys.deriveAll('access tokens')`, `[keys.derive('access tokens')]`)],
  },
  {
    name: 'a token is remembered by what stands before its signature',
    noticedBy: 'T7',
    edits: [inTokens('.update(token)', `.update(token.slice(0, token.lastIndexOf('.')))`)],
  },
  {
    name: 'a token is remembered by one byte of its hash',
    noticedBy: 'T7',
    edits: [inTokens(`.digest('base64')`, `.digest('hex').slice(0, 2)`)],
  },
  {
    name: 'other letters of the same bytes are read',
    noticedBy: 'T7',
    edits: [inTokens(String.raw`[\w-]{85}[AQgw]$/`, String.raw`[\w-]{86}$/`)],
  },
]
