import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { authKeys } from './auth-keys.ts'

const [now, before] = [randomBytes(32).toString('hex'), randomBytes(32).toString('hex')] as const

test('each purpose has a key of its own, the same on every node', () => {
  const derived = ['access tokens', 'refresh tokens'].map((label) => authKeys(now).derive(label))
  expect(new Set([now, ...derived.map((key) => key.toString('hex'))]).size).toBe(3)
  expect(derived.map(({ length }) => length)).toEqual([32, 32])
  expect(authKeys(now).derive('access tokens')).toEqual(derived[0])
})

test('the first key is in force, and the older ones are still believed', () => {
  const rotated = authKeys(`${now},${before}`)
  expect(rotated.derive('x')).toEqual(authKeys(now).derive('x'))
  expect(rotated.deriveAll('x')).toEqual([authKeys(now).derive('x'), authKeys(before).derive('x')])
})

test.each(['', 'abc', now.slice(1), `${now},`, `${now},${now}0`, `z${now.slice(1)}`])('%o is no key', (text) => {
  expect(() => authKeys(text)).toThrow('AUTH_KEY')
})
