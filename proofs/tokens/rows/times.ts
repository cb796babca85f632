/** T5: our own key, and times at, before and beyond every boundary, or that are no times. */
import { bearers, type Hostile, type Material, signed } from '../forge.ts'

/** What the platform says that clocks may differ by, in seconds, and how long a token lives. */
export const leewayS = 5
export const lifeS = 600

export function times({ header, claims, ours, nowS }: Material): Hostile[] {
  const tokens: Record<string, string> = {}
  const under = (name: string, said: object) => (tokens[name] = signed(header, { ...claims, ...said }, ours))
  for (const ago of [0, 1, 2, 5, 30, 60, 299, 300, 600, 3_600, 86_400, 31_536_000]) {
    const exp = nowS - leewayS - ago
    under(`expired ${ago} s beyond the leeway`, { iat: exp - lifeS, exp })
    under(`expired ${ago} s beyond the leeway, issued just now`, { iat: nowS, exp })
  }
  // A token that is sent at once must still be ahead of the clock, whatever the machine is doing meanwhile.
  for (const ahead of [60, 300, 600, 3_600, 86_400, 31_536_000]) {
    const from = nowS + leewayS + ahead
    under(`issued in ${ahead} s`, { iat: from, exp: from + lifeS })
    under(`not before ${ahead} s`, { nbf: from })
    under(`issued now, not before ${ahead} s, lasting`, { iat: nowS, nbf: from, exp: from + lifeS })
  }
  for (const age of [1, 60, 3_600, 31_536_000]) {
    under(`issued ${age} s longer ago than any lives`, { iat: nowS - lifeS - leewayS - age, exp: nowS + lifeS })
    under(`issued ${age} s longer ago, for ever`, { iat: nowS - lifeS - leewayS - age, exp: nowS + 10 ** 9 })
  }
  for (const name of ['exp', 'iat', 'nbf']) {
    for (const [called, value] of Object.entries(noTimes(nowS, claims[name] ?? nowS)))
      under(`${name} ${called}`, { [name]: value })
    // Written as no JSON library would.
    for (const number of ['1e999', '-1e999', '1E400', '1e1000000']) {
      const text = JSON.stringify({ ...claims, [name]: 0 }).replace(`"${name}":0`, `"${name}":${number}`)
      tokens[`${name} ${number}`] = signed(header, text, ours)
    }
  }
  under('without exp', { exp: undefined })
  under('without iat', { iat: undefined })
  under('without exp and iat', { exp: undefined, iat: undefined })
  under('exp before iat', { iat: nowS, exp: nowS - 60 })
  under('in milliseconds', { iat: nowS * 1_000, exp: (nowS + lifeS) * 1_000 })
  return bearers('T5', tokens)
}

const noTimes = (nowS: number, right: unknown) => ({
  'as text': String(right),
  'as ISO 8601': new Date(nowS * 1_000).toISOString(),
  'with a fraction': Number(right) + 0.5,
  'in a list': [right],
  null: null,
  true: true,
  false: false,
  'an object': { value: right },
  empty: '',
  negative: -Number(right),
  'minus one': -1,
  'beyond integers': 2 ** 53 + 2,
  'beyond 64 bits': 2 ** 64,
  'beyond dates': 8.64e15 + 1,
  huge: 1e308,
})
