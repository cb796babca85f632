/** A tenant that fails and one that floods take nothing from a quiet one. */
import { postgres18, server } from '@rowhouse/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { happened, openSite, record, type Site, subscriber } from './events.fixture.ts'

let site: Site
beforeAll(async () => {
  site = await openSite(await server(postgres18))
})
afterAll(() => site.stop())

/** Sent one after the other; each awaited until it was handled. @returns milliseconds from the commit to the effect */
async function latencies(node: ReturnType<Site['node']>, tenantId: string, handled: Map<number, () => void>) {
  const times: number[] = []
  for (let n = 1; n <= 40; n += 1) {
    const arrived = new Promise<void>((resolve) => handled.set(n, resolve))
    await node.command(tenantId, (emit) => emit(happened, { id: `quiet-${n % 4}`, n }))
    const committedAt = performance.now()
    await arrived
    times.push(performance.now() - committedAt)
  }
  return times.toSorted((one, other) => one - other)
}
const at = (times: readonly number[], share: number) => times[Math.floor(times.length * share)]!

test('a quiet tenant is served at once beside one that floods, and one that always fails or hangs', async () => {
  const [quiet, flooding, failing] = [await site.tenant(), await site.tenant(), await site.tenant()]
  const handled = new Map<number, () => void>()
  let attempts = 0
  const node = site.node(
    [
      subscriber('test.mixed', async ({ event, tenant, db }) => {
        if (tenant.id === failing) {
          attempts += 1
          // Every second one hangs until its deadline.
          if (event.payload.n % 2 === 0) await new Promise(() => {})
          throw new Error('always')
        }
        await record(db, `${event.payload.id}:${event.payload.n}`)
        if (tenant.id === quiet) setImmediate(() => handled.get(event.payload.n)?.())
      }),
    ],
    { handlerTimeoutMs: 500, maxAttempts: 1_000, maxDelayMs: 100 },
  )
  const alone = await latencies(node, quiet, handled)

  const flood = 3_000
  for (let batch = 0; batch < flood / 500; batch += 1) {
    await node.command(flooding, (emit) => {
      for (let n = 0; n < 500; n += 1) emit(happened, { id: `flood-${n % 100}`, n })
    })
  }
  await node.command(failing, (emit) => {
    for (let n = 0; n < 50; n += 1) emit(happened, { id: `fail-${n}`, n })
  })
  const beside = await latencies(node, quiet, handled)
  const left = await site.waiting(flooding)

  const ms = (value: number) => `${value.toFixed(1)} ms`
  console.log(
    `quiet tenant, commit to effect, N = 40: alone p50 ${ms(at(alone, 0.5))}, p95 ${ms(at(alone, 0.95))}; beside ` +
      `p50 ${ms(at(beside, 0.5))}, p95 ${ms(at(beside, 0.95))} (${left} of ${flood} of the flood still waiting, ${attempts} failures)`,
  )
  // The flood was there all the time; in its queue the last would have waited for all of it.
  expect(left).toBeGreaterThan(0)
  expect(attempts).toBeGreaterThan(0)
  expect(at(beside, 0.95)).toBeLessThan(500)
  expect(await site.settled(flooding, 60_000)).toHaveLength(flood)
  expect(await site.effectsOf(failing)).toEqual([])
}, 120_000)
