import { expect, test } from 'vitest'
import { createPasswords } from './passwords.ts'

test('a hash fits its password and no other, and no hash fits none', async () => {
  const passwords = createPasswords()
  const hash = await passwords.hash('a quiet row of houses')
  expect(await passwords.matches('a quiet row of houses', hash)).toBe(true)
  for (const other of ['a quiet row of house', 'A quiet row of houses', ' a quiet row of houses', ''])
    expect(await passwords.matches(other, hash)).toBe(false)
  expect(await passwords.matches('a quiet row of houses', undefined)).toBe(false)
})

test('of a flood two are hashed at a time, a hundred wait their turn, and the rest is refused at once', async () => {
  const passwords = createPasswords()
  const answers = await Promise.allSettled(Array.from({ length: 150 }, (_, n) => passwords.hash(`password ${n}`)))
  const codes = answers.map((answer) => (answer.status === 'fulfilled' ? 'hashed' : String(answer.reason.code)))
  expect(codes.filter((code) => code === 'hashed').length).toBeGreaterThanOrEqual(100)
  expect(codes.filter((code) => code === 'identity.busy').length).toBeGreaterThanOrEqual(47)
  expect(codes.slice(-40)).toEqual(Array<string>(40).fill('identity.busy'))
  expect(await passwords.hash('one more')).toContain('$argon2id$')
})

test('the event loop goes on meanwhile', async () => {
  const passwords = createPasswords()
  let turns = 0
  const timer = setInterval(() => (turns += 1), 1)
  await Promise.all(Array.from({ length: 50 }, (_, n) => passwords.hash(`password ${n}`)))
  clearInterval(timer)
  // Were each in its way, it would turn 50 times.
  expect(turns).toBeGreaterThan(60)
})
