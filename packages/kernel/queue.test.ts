import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { createQueue } from './kernel.ts'

const full = () => new Error('full')

test('a turn is given on, whether the work before went well or not', async () => {
  const queue = createQueue({ width: 2, waiting: 100, full })
  let running = 0
  let most = 0
  const order: number[] = []
  const work = (n: number) => async () => {
    running += 1
    most = Math.max(most, running)
    order.push(n)
    await sleep(1)
    running -= 1
    if (n % 3 === 0) throw new Error('failed')
  }
  const answers = await Promise.allSettled(Array.from({ length: 50 }, (_, n) => queue(work(n))))
  expect([most, running]).toEqual([2, 0])
  expect(order).toEqual(Array.from({ length: 50 }, (_, n) => n))
  expect(answers.filter(({ status }) => status === 'rejected')).toHaveLength(17)
})

test('callers take turns, and one that floods leaves others their places', async () => {
  const queue = createQueue({ width: 1, waiting: 10, waitingOfOne: 5, full })
  const order: string[] = []
  const call = (caller: string, n: number) =>
    queue(async () => {
      await sleep(1)
      order.push(`${caller}${n}`)
    }, caller)
  const flood = Array.from({ length: 20 }, (_, n) => call('a', n))
  const others = [call('b', 0), call('b', 1), call('c', 0)]
  const answers = await Promise.allSettled([...flood, ...others])
  expect(order).toEqual(['a0', 'a1', 'b0', 'c0', 'a2', 'b1', 'a3', 'a4', 'a5'])
  expect(answers.filter(({ status }) => status === 'rejected')).toHaveLength(14)
  // All is as before.
  await call('a', 6)
  expect(order.at(-1)).toBe('a6')
})
