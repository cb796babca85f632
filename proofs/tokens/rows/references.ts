/** T3: headers that bring or name a key of the attacker's, who signed with it. Nothing is ever fetched. */
import { createPublicKey } from 'node:crypto'
import { bearers, type Hostile, hmacSigned, type Json, type Material, publicJwk, signed } from '../forge.ts'

export function references(material: Material): Hostile[] {
  const { header, claims, theirs, trapUrl } = material
  const tokens: Record<string, string> = {}
  const theirKey = publicJwk(theirs)
  const certificate = createPublicKey(theirs).export({ type: 'spki', format: 'der' }).toString('base64')
  const brought: Record<string, Json> = {
    jwk: { jwk: theirKey },
    'jwk with our kid': { jwk: { ...theirKey, kid: header['kid'] } },
    'jwk that is private': { jwk: theirs.export({ format: 'jwk' }) },
    'jwk that is symmetric': { jwk: { kty: 'oct', k: 'AAAA' } },
    'jwk of ours': { jwk: publicJwk(material.ours) },
    x5c: { x5c: [certificate] },
    'x5c that is empty': { x5c: [] },
    'x5c that is no list': { x5c: certificate },
    'x5t#S256': { 'x5t#S256': 'A'.repeat(43) },
    keys: { keys: [theirKey] },
  }
  for (const url of urls(trapUrl)) {
    for (const name of ['jku', 'x5u', 'iss', 'kid', 'url', 'jwks_uri']) brought[`${name} ${url}`] = { [name]: url }
  }
  for (const [name, members] of Object.entries(brought)) {
    tokens[`${name}, our kid kept`] = signed({ ...header, ...members }, claims, theirs)
    tokens[`${name}, without a kid`] = signed({ ...without(header, 'kid'), ...members }, claims, theirs)
    tokens[`${name}, critical`] = signed({ ...header, ...members, crit: Object.keys(members) }, claims, theirs)
  }
  for (const [at, kid] of kids(material).entries()) {
    const named = `kid ${JSON.stringify(kid)?.slice(0, 60) ?? 'absent'} (${at})`
    tokens[`${named}, another's key`] = signed({ ...header, kid }, claims, theirs)
    for (const [secret, bytes] of secrets) {
      tokens[`${named}, HMAC with ${secret}`] = hmacSigned({ ...header, kid, alg: 'HS256' }, claims, bytes, 'sha256')
    }
  }
  // The issuer of the claims is no place to fetch keys from either.
  for (const url of urls(trapUrl)) tokens[`issued by ${url}`] = signed(header, { ...claims, iss: url }, theirs)
  return bearers('T3', tokens)
}

const urls = (trap: string) =>
  [
    [
      trap,
      `${trap}/jwks.json`,
      `${trap}/.well-known/jwks.json`,
      `${trap}#keys`,
      trap.replace('127.0.0.1', 'localhost'),
    ],
    [trap.replace('http:', 'HTTP:'), trap.replace('http:', ''), trap.replace('127.0.0.1', '[::ffff:127.0.0.1]')],
  ].flat()

const kids = ({ header, random }: Material): unknown[] =>
  [
    ['', ' ', '.', '..', '/', '\0', '*', '%', `${String(header['kid'])}\0`, ` ${String(header['kid'])}`],
    [
      '../../../../dev/null',
      '/dev/null',
      'file:///dev/null',
      '/proc/self/environ',
      String.raw`..\..\..\windows\win.ini`,
    ],
    [
      `' or '1'='1`,
      `'; drop table control.accounts; --`,
      `x' union select 'AAAA' --`,
      '$(sleep 5)',
      '|sleep 5',
      '`id`',
    ],
    ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', 'length', '0', 'null', 'undefined', 'true'],
    ['{{7*7}}', '${7*7}', '%00', '%2e%2e%2f', 'ａ', '\u202e', 'a'.repeat(1_000), random.hex(43), random.uuid()],
    [null, undefined, 0, -1, 1e308, true, [], [header['kid']], {}, { kid: header['kid'] }],
  ].flat()

const secrets = [
  ['nothing', Buffer.alloc(0)],
  ['a null byte', Buffer.alloc(1)],
  ['AAAA', Buffer.from('AAAA')],
] as const

const without = (object: Json, name: string): Json =>
  Object.fromEntries(Object.entries(object).filter(([key]) => key !== name))
