import { setImmediate as tick } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { createTurns } from './turns.ts'

const bounds = { atOnce: 2, waitingBytes: 100, waitingBytesEach: 50 }

/** Turns that last until they are ended by name, in the order in which they began. */
function watched() {
  const take = createTurns(bounds, () => new Error('No room'))
  const begun: string[] = []
  const ends = new Map<string, () => void>()
  const queue = (tenant: string, name: string, sizeBytes = 1) =>
    take(tenant, sizeBytes, () => {
      begun.push(name)
      const { promise, resolve } = Promise.withResolvers<string>()
      ends.set(name, () => resolve(name))
      return promise
    })
  const end = async (name: string) => {
    ends.get(name)!()
    await tick()
  }
  return { queue, end, begun }
}

test('a tenant has one turn at a time, also while nobody else wants one', async () => {
  const { queue, end, begun } = watched()
  void queue('a', 'a1')
  void queue('a', 'a2')
  expect(begun).toEqual(['a1'])
  await end('a1')
  expect(begun).toEqual(['a1', 'a2'])
})

test('a tenant with one message waits for no pile of another', async () => {
  const { queue, end, begun } = watched()
  for (const name of ['a1', 'a2', 'a3']) void queue('a', name)
  for (const name of ['b1', 'b2', 'b3']) void queue('b', name)
  void queue('c', 'c1')
  expect(begun).toEqual(['a1', 'b1'])
  await end('a1')
  expect(begun.at(-1)).toBe('c1')
  await end('b1')
  await end('c1')
  expect(begun.slice(3)).toEqual(['a2', 'b2'])
})

test('what finds no room to wait is refused, that of others is not', async () => {
  const { queue, end, begun } = watched()
  void queue('a', 'a1', 50)
  void queue('a', 'a2', 50)
  await expect(queue('a', 'a3', 1)).rejects.toThrow('No room')
  void queue('b', 'b1', 50)
  void queue('b', 'b2', 50)
  await expect(queue('c', 'c1', 1)).rejects.toThrow('No room')
  await end('a1')
  void queue('c', 'c1', 50)
  expect(begun).toEqual(['a1', 'b1', 'a2'])
})

test('one that fails ends its turn like any other', async () => {
  const take = createTurns(bounds, () => new Error('No room'))
  await expect(take('a', 1, () => Promise.reject(new Error('broken')))).rejects.toThrow('broken')
  await expect(take('a', 1, async () => 'next')).resolves.toBe('next')
})
