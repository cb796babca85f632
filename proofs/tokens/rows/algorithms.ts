/** T1: no algorithm, in every spelling; an empty signature; an algorithm that nobody agreed to. */
import { bearers, decoded, type Hostile, type Material, signed, unsigned } from '../forge.ts'

export function algorithms({ token, header, claims, theirs, ours }: Material): Hostile[] {
  const { signature } = decoded(token)
  const tokens: Record<string, string> = {}
  const none = [...capitals('none'), ...oddities]
  for (const alg of none) {
    const said = JSON.stringify(alg) ?? 'absent'
    tokens[`alg ${said}, no signature`] = unsigned({ ...header, alg }, claims)
    tokens[`alg ${said}, the genuine signature`] = unsigned({ ...header, alg }, claims, signature)
    tokens[`alg ${said}, alone in its header`] = unsigned({ alg }, claims)
  }
  for (const alg of unknown) {
    tokens[`alg ${alg}, no signature`] = unsigned({ ...header, alg }, claims)
    tokens[`alg ${alg}, zeros`] = unsigned({ ...header, alg }, claims, 'A'.repeat(86))
    tokens[`alg ${alg}, another's key`] = signed({ ...header, alg }, claims, theirs)
    // Only the header lies: the algorithm is the key's, and no header but ours is believed.
    if (alg !== header['alg']) tokens[`alg ${alg}, our key`] = signed({ ...header, alg }, claims, ours)
  }
  const raw = token.slice(0, token.lastIndexOf('.'))
  tokens['the genuine token without its signature'] = `${raw}.`
  tokens['the genuine token without its last part'] = raw
  tokens['the genuine token with zeros for a signature'] = `${raw}.${'A'.repeat(86)}`
  tokens['alg none with an escape'] = unsigned(String.raw`{"alg":"n\u006fne","typ":"at+jwt"}`, claims)
  return bearers('T1', tokens)
}

/** All 2ⁿ ways of writing a word. */
function capitals(word: string): string[] {
  return Array.from({ length: 2 ** word.length }, (_, bits) =>
    word
      .split('')
      .map((letter, at) => ((bits >> at) & 1 ? letter.toUpperCase() : letter))
      .join(''),
  )
}

const oddities = [
  ['none ', ' none', 'none\0', '\uFEFFnone', 'none\n', 'ｎｏｎｅ', 'nоne', '', 'null', 'undefined', 'plain'],
  [null, undefined, 0, 1, false, true, [], ['none'], ['EdDSA'], ['EdDSA', 'none'], {}, { alg: 'EdDSA' }],
].flat()

const unknown = [
  ['EdDSA', 'eddsa', 'EDDSA', 'EdDSA ', 'Ed25519', 'Ed448', 'ES256', 'ES256K', 'ES384', 'ES512'],
  ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'HS256', 'HS384', 'HS512', 'HS1', 'ML-DSA-44'],
  ['A128KW', 'RSA1_5', 'dir', 'ECDH-ES', 'constructor', '__proto__', 'toString'],
].flat()
