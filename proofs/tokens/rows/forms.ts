/** T7: tokens of a wrong form: duplicate members, extensions, encryption, nesting, other encodings, other serializations. */
import { deflateRawSync } from 'node:zlib'
import { base64url, bearers, type Hostile, type Material, signed } from '../forge.ts'

export function forms(material: Material): Hostile[] {
  return bearers('T7', { ...headers(material), ...parts(material), ...encodings(material), ...damaged(material) })
}

/** Our own key under headers that mean something else, or would to a careless reader. */
function headers({ header, claims, ours, theirs, token }: Material): Record<string, string> {
  const tokens: Record<string, string> = {}
  const extensions: Record<string, object> = {
    'crit that is empty': { crit: [] },
    'crit of alg': { crit: ['alg'] },
    'crit of what is unknown': { crit: ['exp'], exp: 1 },
    'crit of what is absent': { crit: ['b64'] },
    'crit that is text': { crit: 'b64' },
    'crit twice the same': { crit: ['b64', 'b64'], b64: true },
    'b64 false': { b64: false, crit: ['b64'] },
    'b64 false, not critical': { b64: false },
    'b64 true': { b64: true, crit: ['b64'] },
    zip: { zip: 'DEF' },
    cty: { cty: 'JWT' },
    enc: { enc: 'A256GCM' },
    'an unknown member': { note: 'x' },
    'claims in the header': { ...claims },
    'a prototype': JSON.parse('{"__proto__":{"alg":"none"}}') as object,
  }
  for (const [name, members] of Object.entries(extensions)) {
    tokens[name] = signed({ ...header, ...members }, claims, ours)
    tokens[`${name}, another's key`] = signed({ ...header, ...members }, claims, theirs)
  }
  const text = JSON.stringify(header)
  const rewritten: Record<string, string> = {
    'alg twice, none first': text.replace('{', '{"alg":"none",'),
    'alg twice, none last': text.replace('}', ',"alg":"none"}'),
    'kid twice': text.replace('}', ',"kid":"x"}'),
    'typ twice': text.replace('}', ',"typ":"JWT"}'),
    'a header with a space': text.replace('{', '{ '),
    'a header with a line end': `${text}\n`,
    'a header with a BOM': `\uFEFF${text}`,
    'a header with an escape': text.replace('alg', String.raw`\u0061lg`),
    'a header in another order': JSON.stringify(Object.fromEntries(Object.entries(header).toReversed())),
    'a header that ends early': text.slice(0, -1),
    'a header with more behind it': `${text}{}`,
    'a header with a comment': text.replace('}', '/**/}'),
    'an empty header': '',
    'a header that is a list': `[${text}]`,
    'a header that is null': 'null',
    'a deep header': `${'['.repeat(500)}${']'.repeat(500)}`,
  }
  for (const [name, written] of Object.entries(rewritten)) {
    tokens[name] = signed(written, claims, ours)
    tokens[`${name}, another's key`] = signed(written, claims, theirs)
  }
  tokens['nested'] = signed({ ...header, cty: 'JWT' }, token, ours)
  tokens['nested under our very header'] = signed(header, token, ours)
  tokens['claims in a string'] = signed(header, JSON.stringify(JSON.stringify(claims)), ours)
  tokens['claims that end early'] = signed(header, JSON.stringify(claims).slice(0, -1), ours)
  tokens['claims with more behind them'] = signed(header, `${JSON.stringify(claims)}{}`, ours)
  tokens['claims with a BOM'] = signed(header, `\uFEFF\uFEFF${JSON.stringify(claims)}`, ours)
  tokens['claims that are not UTF-8'] = signed(header, `${JSON.stringify(claims).slice(0, -1)},"x":"\uD800`, ours)
  tokens['deep claims'] = signed(header, `{"a":${'['.repeat(900)}${']'.repeat(900)}}`, ours)
  tokens['compressed claims'] = signed(
    { ...header, zip: 'DEF' },
    deflateRawSync(JSON.stringify(claims)).toString('latin1'),
    ours,
  )
  return tokens
}

/** Another number of parts: JWE in its compact form, JWS without and with too much. */
function parts({ token, header, claims }: Material): Record<string, string> {
  const [head = '', payload = '', signature = ''] = token.split('.')
  const jwe = (alg: string, enc: string, body: string) =>
    [base64url(JSON.stringify({ ...header, alg, enc, zip: 'DEF' })), '', 'AAAAAAAAAAAAAAAA', body, 'A'.repeat(22)].join(
      '.',
    )
  const bomb = base64url(deflateRawSync(Buffer.alloc(2_000_000)))
  return {
    'a JWE, direct': jwe('dir', 'A256GCM', base64url(JSON.stringify(claims))),
    'a JWE that is a bomb': jwe('dir', 'A128CBC-HS256', bomb),
    'a JWE by agreement': jwe('ECDH-ES', 'A256GCM', payload),
    'a JWE by password': jwe('PBES2-HS512+A256KW', 'A256GCM', payload),
    'one part': head,
    'no parts': '...',
    'two dots': '..',
    'four parts': `${token}.${signature}`,
    'five parts': `${token}.${payload}.${signature}`,
    'a dot before': `.${token}`,
    'a dot behind': `${token}.`,
    'two dots within': token.replace('.', '..'),
    'a detached payload': `${head}..${signature}`,
    'the parts in another order': `${payload}.${head}.${signature}`,
    'the token twice': `${token}${token}`,
    'the header twice': `${head}.${head}.${signature}`,
    'JSON serialization': JSON.stringify({ payload, protected: head, signature }),
    'JSON serialization, general': JSON.stringify({ payload, signatures: [{ protected: head, signature }] }),
    'JSON serialization in base64url': base64url(JSON.stringify({ payload, protected: head, signature })),
    'JSON serialization with an open header': base64url(
      JSON.stringify({ payload, header: { alg: 'none' }, signature: '' }),
    ),
  }
}

/** The same bytes in other letters. */
function encodings({ token }: Material): Record<string, string> {
  const [head = '', payload = '', signature = ''] = token.split('.')
  const join = (...all: string[]) => all.join('.')
  const standard = (text: string) => Buffer.from(text, 'base64url').toString('base64')
  const tokens: Record<string, string> = {
    'padded with =': join(head, payload, `${signature}==`),
    'padded everywhere': join(`${head}=`, `${payload}=`, `${signature}==`),
    'padded within': join(`${head}==`, payload, signature),
    'the signature in hex': join(head, payload, Buffer.from(signature, 'base64url').toString('hex')),
    'percent-encoded dots': token.replaceAll('.', '%2e'),
    'in capitals': token.toUpperCase(),
    'with a line end': `${token.slice(0, 40)}\n ${token.slice(40)}`,
    'with a space within': `${token.slice(0, 40)} ${token.slice(40)}`,
    'with a tab behind': `${token}\t.`,
    'with a null byte': `${token}\0`,
    'with a byte that is not ASCII': `${token}é`,
    'with a comma behind': `${token},`,
    'with a semicolon behind': `${token};x=1`,
    'with a BOM': `\u00ef\u00bb\u00bf${token}`,
    'in quotes': `"${token}"`,
    'of one megabyte': `${token}${'A'.repeat(2 ** 20)}`,
    'of 15 kilobytes': `${token}${'A'.repeat(15_000)}`,
    'one megabyte before its dot': `${'A'.repeat(2 ** 20)}.${payload}.${signature}`,
    'fifteen thousand dots': '.'.repeat(15_000),
  }
  for (const [name, at] of [
    ['header', 0],
    ['claims', 1],
    ['signature', 2],
  ] as const) {
    const all = [head, payload, signature]
    const other = all.with(at, standard(all[at]!))
    if (other[at] !== all[at]) tokens[`${name} in base64`] = other.join('.')
    // A last letter whose unused bits are set says the same bytes.
    for (const same of sameBytes(all[at]!)) tokens[`${name} ends in ${same.at(-1)!}`] = all.with(at, same).join('.')
    for (const junk of ['+', '/', '=', '~', '-', '_', 'A'])
      tokens[`${name} with ${junk} behind`] = all.with(at, all[at]! + junk).join('.')
  }
  return tokens
}

/** Other base64url texts of the same bytes. */
function sameBytes(text: string): string[] {
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
  return letters
    .split('')
    .map((letter) => text.slice(0, -1) + letter)
    .filter((other) => other !== text && Buffer.from(other, 'base64url').equals(Buffer.from(text, 'base64url')))
}

/** The genuine token with one letter changed, dropped, doubled or swapped. */
function damaged({ token, random }: Material): Record<string, string> {
  const tokens: Record<string, string> = {}
  for (let n = 0; n < 400; n += 1) {
    const at = random.int(token.length)
    const letter = random.pick('ABCXYZabcxyz0189-_.'.split(''))
    const changes = {
      changed: token.slice(0, at) + letter + token.slice(at + 1),
      dropped: token.slice(0, at) + token.slice(at + 1),
      doubled: token.slice(0, at + 1) + token.slice(at),
      cut: token.slice(0, at),
    }
    for (const [how, text] of Object.entries(changes)) if (text !== token) tokens[`letter ${at} ${how} (${n})`] = text
  }
  return tokens
}
