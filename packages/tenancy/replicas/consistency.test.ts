import { randomBytes, randomUUID } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createConsistencyTokens, createHorizon, type Position } from '../tenancy.ts'
import { createHistory } from './history.ts'
import { lsnText, nowhere, parseLsn } from './position.ts'

const at: Position = { clusterName: 'main', timeline: 3, lsn: 0x16_b374_d848n, epoch: 7 }
const tenantId = randomUUID()
const key = randomBytes(32)
const tokens = createConsistencyTokens([key])
const refused = expect.objectContaining({ code: 'tenancy.consistency_token_refused', status: 400 })

function failure(open: () => unknown): unknown {
  try {
    return open()
  } catch (error) {
    return error
  }
}

describe('a token', () => {
  test('is opened as it was sealed, for its tenant, whatever the place', () => {
    const position = fc.record({
      clusterName: fc.string({ maxLength: 30 }),
      timeline: fc.nat(),
      lsn: fc.bigInt(0n, 2n ** 64n - 1n),
      epoch: fc.nat(),
    })
    fc.assert(
      fc.property(position, (place) => {
        expect(tokens.open(tenantId, tokens.seal(tenantId, place))).toEqual(place)
      }),
    )
  })

  test('is another each time and says nothing of the place: it is as long for any', () => {
    const sealed = Array.from({ length: 100 }, (_, n) => tokens.seal(tenantId, { ...at, lsn: BigInt(n) ** 9n }))
    expect(new Set(sealed).size).toBe(100)
    expect(new Set(sealed.map(({ length }) => length))).toEqual(new Set([70]))
    expect(sealed.every((token) => /^[\w-]+$/.test(token))).toBe(true)
  })

  test('with any bit of it changed is refused', () => {
    const bytes = Buffer.from(tokens.seal(tenantId, at), 'base64url')
    for (let bit = 0; bit < bytes.length * 8; bit += 1) {
      const changed = Buffer.from(bytes)
      changed[bit >> 3]! ^= 1 << (bit & 7)
      expect(failure(() => tokens.open(tenantId, changed.toString('base64url')))).toEqual(refused)
    }
  })

  test('with any character of it changed, taken away or added is refused', () => {
    const token = tokens.seal(tenantId, at)
    for (let index = 0; index < token.length; index += 1) {
      for (const other of ['', token[index] === 'A' ? 'B' : 'A', `${token[index]}=`, `${token[index]}A`, '+', '\0']) {
        const changed = token.slice(0, index) + other + token.slice(index + 1)
        expect(failure(() => tokens.open(tenantId, changed))).toEqual(refused)
      }
    }
  })

  test('of another tenant or of another deployment is refused, and so is nonsense', () => {
    const others = createConsistencyTokens([randomBytes(32)])
    const nonsense = ['', ',', ' ', '0/16B374D848', 'AAAA', 'é', 'A'.repeat(10_000), `${tokens.seal(tenantId, at)},`]
    for (const token of [tokens.seal(randomUUID(), at), others.seal(tenantId, at), ...nonsense]) {
      expect(failure(() => tokens.open(tenantId, token))).toEqual(refused)
    }
  })

  test('of an older key is believed as long as the key is', () => {
    const before = tokens.seal(tenantId, at)
    const rotated = createConsistencyTokens([randomBytes(32), key])
    expect(rotated.open(tenantId, before)).toEqual(at)
    expect(failure(() => tokens.open(tenantId, rotated.seal(tenantId, at)))).toEqual(refused)
  })

  test('of several the latest counts: a move before a promotion, a promotion before a place', () => {
    const places = [
      nowhere({ ...at, epoch: 8 }),
      { ...at, epoch: 8, timeline: 4, lsn: 2n },
      { ...at, epoch: 8, timeline: 4, lsn: 1n },
      { ...at, epoch: 8, timeline: 3, lsn: 9n },
      { ...at, timeline: 9, lsn: 9n },
    ]
    for (let from = 0; from < places.length; from += 1) {
      const sealed = places.slice(from).map((place) => tokens.seal(tenantId, place))
      for (const order of [sealed, sealed.toReversed()]) {
        expect(tokens.open(tenantId, order.join(', '))).toEqual(places[from])
      }
    }
  })

  test('more than sixteen are refused, and one that is false spoils the others', () => {
    const token = tokens.seal(tenantId, at)
    expect(tokens.open(tenantId, Array(16).fill(token).join(','))).toEqual(at)
    expect(failure(() => tokens.open(tenantId, Array(17).fill(token).join(',')))).toEqual(refused)
    expect(failure(() => tokens.open(tenantId, `${token},AAAA`))).toEqual(refused)
  })
})

describe('a horizon', () => {
  test('never goes back in one history', () => {
    const horizon = createHorizon(at)
    horizon.advance({ ...at, lsn: at.lsn - 1n })
    expect(horizon.position).toEqual(at)
    horizon.advance({ ...at, lsn: at.lsn + 1n })
    expect(horizon.position?.lsn).toBe(at.lsn + 1n)
  })

  test.each([{ timeline: 4 }, { timeline: 2 }, { epoch: 8 }, { clusterName: 'second' }])(
    'begins anew in another: %o',
    (change) => {
      const horizon = createHorizon(at)
      horizon.advance({ ...at, ...change, lsn: 1n })
      expect(horizon.position).toEqual({ ...at, ...change, lsn: 1n })
    },
  )

  test('is nowhere after what has no place, until there is one', () => {
    const horizon = createHorizon(at)
    horizon.advance(nowhere(at))
    expect(horizon.position).toEqual(nowhere(at))
    horizon.advance(at)
    expect(horizon.position).toEqual(at)
  })
})

test('a place is written and read as PostgreSQL does', () => {
  expect(parseLsn('16/B374D848')).toBe(at.lsn)
  expect(lsnText(at.lsn)).toBe('16/B374D848')
  expect(parseLsn(lsnText(2n ** 64n - 1n))).toBe(2n ** 64n - 1n)
  expect(lsnText(5n)).toBe('0/5')
})

test('what somebody shows is as old as the last place of the primary that they have passed', () => {
  const history = createHistory(1_000)
  expect(history.shownUntilMs(100n)).toBe(-Infinity)
  for (const [lsn, atMs] of [
    [10n, 0],
    [10n, 100],
    [20n, 200],
    [30n, 300],
  ] as const)
    history.add(lsn, atMs)
  expect([9n, 10n, 19n, 20n, 29n, 30n, 99n].map(history.shownUntilMs)).toEqual([
    -Infinity,
    100,
    100,
    200,
    200,
    300,
    300,
  ])
  history.add(40n, 2_000)
  expect([20n, 30n, 40n].map(history.shownUntilMs)).toEqual([-Infinity, 300, 2_000])
})
