/** T4: our own key, and words that were not meant for this place: another issuer, audience, kind or tenant. */
import { bearers, type Hostile, type Json, type Material, operatorsKey, signed } from '../forge.ts'

export function claimed({ header, claims, ours, token, refreshToken, operatorApiKey }: Material): Hostile[] {
  const tokens: Record<string, string> = {}
  const under = (name: string, said: unknown) => (tokens[name] = signed(header, said, ours))
  for (const name of ['iss', 'aud', 'sub', 'tid', 'mid', 'role', 'sid', 'jti']) {
    for (const [called, value] of Object.entries(wrong(claims[name]))) {
      // An id in capitals is the same id, and which ids belong together is what the signature says.
      if (value !== claims[name] && !(called === 'in capitals' && isId(claims[name]))) {
        under(`${name} ${called}`, { ...claims, [name]: value })
      }
    }
    under(`without ${name}`, without(claims, name))
  }
  for (const typ of types) {
    tokens[`typ ${JSON.stringify(typ) ?? 'absent'}`] = signed({ ...header, typ }, claims, ours)
  }
  under('an ID token', { ...without(claims, 'tid'), nonce: 'n', auth_time: claims['iat'], at_hash: 'AAAA' })
  under('a logout token', {
    ...claims,
    events: { 'http://schemas.openid.net/event/backchannel-logout': {} },
  })
  under('an ID token with all our claims', { ...claims, nonce: 'n' })
  for (const extra of [{ azp: 'somebody' }, { client_id: 'somebody' }, { act: { sub: 'x' } }, { cnf: { jkt: 'x' } }]) {
    under(`with ${Object.keys(extra)[0]!}`, { ...claims, ...extra })
  }
  for (const [at, said] of [null, [], [claims], 'claims', 1, true, {}, ''].entries()) {
    under(`claims that are ${JSON.stringify(said)?.slice(0, 20)} (${at})`, said)
  }
  tokens['a refresh token'] = refreshToken
  tokens[operatorsKey] = operatorApiKey
  return [...bearers('T4', tokens), ...schemes(token)]
}

/** A value that is almost the right one. */
function wrong(right: unknown): Json {
  const text = String(right)
  return {
    'in a list': [right],
    'twice in a list': [right, right],
    'beside another': [right, 'https://elsewhere.example'],
    'in capitals': text.toUpperCase() === text ? text.toLowerCase() : text.toUpperCase(),
    'with a slash': `${text}/`,
    'with a space': `${text} `,
    'with a null byte': `${text}\0`,
    shortened: text.slice(0, -1),
    empty: '',
    null: null,
    true: true,
    'a number': 1,
    'an object': { value: right },
    'a URL': 'https://elsewhere.example',
    'every one': '*',
    'by SQL': `' or true --`,
  }
}

const types = [
  [undefined, null, '', 'JWT', 'jwt', 'at', 'AT+JWT', 'at+JWT', 'application/at+jwt', 'at+jwt ', 'id+jwt', 'rt+jwt'],
  ['logout+jwt', 'secevent+jwt', 'dpop+jwt', 'JOSE', 'at+jwt;x=1', ['at+jwt'], { typ: 'at+jwt' }, 0, true],
].flat()

/** The genuine token where it does not belong. */
function schemes(token: string): Hostile[] {
  const sent = [
    [token, `Basic ${token}`, `DPoP ${token}`, `Token ${token}`, `JWT ${token}`, `Bearer: ${token}`, `Bearer=${token}`],
    [`Bearer "${token}"`, `Bearer token=${token}`, `Bearer ${token},`, `Bearer ${token}, Bearer ${token}`, 'Bearer'],
    [`Bearer Bearer ${token}`, `Bearer\u00a0${token}`, 'Bearer ', '', `Basic ${base64(`user:${token}`)}`],
    [`Basic ${base64(`${token}:`)}`],
  ].flat()
  return sent.map((authorization, at) => ({ row: 'T4', name: `another scheme (${at})`, authorization }))
}

const isId = (value: unknown) => /^[0-9a-f-]{36}$/.test(String(value))

const base64 = (text: string) => Buffer.from(text).toString('base64')

const without = (object: Json, name: string): Json =>
  Object.fromEntries(Object.entries(object).filter(([key]) => key !== name))
