import { expect, test } from 'vitest'
import { createSchedule } from './schedule.ts'

/** Work that ends when it is told to. */
function stage(options: { total: number; perTenant: number; maxWaiting?: number }) {
  const schedule = createSchedule({ maxWaiting: 1_000, ...options })
  const begun: string[] = []
  const ends = new Map<string, () => void>()
  return {
    schedule,
    begun,
    add: (tenantId: string, name: string) =>
      schedule.add(tenantId, name, async () => {
        begun.push(`${tenantId}${name}`)
        await new Promise<void>((resolve) => ends.set(`${tenantId}${name}`, resolve))
      }),
    async end(name: string) {
      ends.get(name)!()
      await new Promise((resolve) => setImmediate(resolve))
    },
  }
}

test('tenants take turns, however much one has to do', async () => {
  const { add, end, begun } = stage({ total: 2, perTenant: 1 })
  for (let n = 1; n <= 4; n += 1) add('a', `${n}`)
  for (const tenantId of ['b', 'c']) for (const n of [1, 2]) add(tenantId, `${n}`)
  expect(begun).toEqual(['a1', 'b1'])
  for (const name of ['a1', 'b1', 'c1', 'a2', 'b2']) await end(name)
  expect(begun).toEqual(['a1', 'b1', 'c1', 'a2', 'b2', 'c2', 'a3'])
})

test('one tenant has no more at once than it may, though nobody else wants anything', () => {
  const { add, begun } = stage({ total: 8, perTenant: 2 })
  for (let n = 1; n <= 5; n += 1) add('a', `${n}`)
  expect(begun).toEqual(['a1', 'a2'])
})

test('the same work waits once, and is done once more when it was added while it ran', async () => {
  const { add, end, begun } = stage({ total: 1, perTenant: 1 })
  add('a', '1')
  for (let n = 0; n < 3; n += 1) add('a', '2')
  for (let n = 0; n < 3; n += 1) add('a', '1')
  await end('a1')
  await end('a2')
  await end('a1')
  expect(begun).toEqual(['a1', 'a2', 'a1'])
})

test('no more waits than may', async () => {
  const { add, end, begun } = stage({ total: 1, perTenant: 1, maxWaiting: 2 })
  for (let n = 1; n <= 10; n += 1) add('a', `${n}`)
  for (const name of ['a1', 'a2', 'a3']) await end(name)
  expect(begun).toEqual(['a1', 'a2', 'a3'])
})

test('stopped, it begins nothing more and waits for what runs', async () => {
  const { add, end, begun, schedule } = stage({ total: 1, perTenant: 1 })
  add('a', '1')
  add('a', '2')
  let stopped = false
  const stopping = schedule.stop().then(() => (stopped = true))
  await new Promise((resolve) => setImmediate(resolve))
  expect(stopped).toBe(false)
  await end('a1')
  await stopping
  expect(begun).toEqual(['a1'])
})
