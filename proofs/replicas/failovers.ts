/** The primary killed under load, again and again: a standby is promoted, and what was the primary comes back as a standby. */
import { setTimeout as sleep } from 'node:timers/promises'
import { createRandom } from '../random.ts'
import { type Caller, createCaller, onlyRead, writeAndRead } from './callers.ts'
import { disturb } from './disturb.ts'
import type { Stage } from './stage.ts'
import type { Trio } from './trio.ts'

export interface Recovery {
  /** From the order to the first command that was acknowledged, and to the first of the last caller. */
  readonly firstMs: number
  readonly everybodyMs: number
  readonly promotionMs: number
}

export const tooLate = 'no writes in time'
/** Within so much of the promotion writes succeed again. */
const limitMs = 5_000

export async function failOverUnderLoad(
  stage: Stage,
  trio: Trio,
  { times, callersPerTenant }: { readonly times: number; readonly callersPerTenant: number },
): Promise<Recovery[]> {
  const { count, seed, tenants } = stage
  const recoveries: Recovery[] = []
  let over = false
  const goesOn = () => !over
  const callers = tenants.flatMap((tenant) =>
    Array.from({ length: callersPerTenant }, (_, at) => createCaller(stage, tenant, `failover-${at}`)),
  )
  const load = [
    ...callers.map((caller) => writeAndRead(stage, caller, goesOn)),
    ...tenants.map((tenant) => onlyRead(stage, createCaller(stage, tenant, 'watcher'), goesOn)),
  ]
  const random = createRandom(seed, 'failovers')
  try {
    for (let n = 1; n <= times && !stage.signal.aborted; n += 1) {
      await disturbFor(trio, seed + n, 500 + random.int(2_000))
      // One of them may hold back what it has received.
      if (random.chance(0.5)) await random.pick(trio.standbys).setReplayDelay(random.int(5_000))
      if (random.chance(0.3)) await random.pick(trio.standbys).pause()
      const { promotedAtMs, promotionMs, restore } = await trio.failOver(n % 2 === 1 ? 200 : 0)
      try {
        const [firstMs, everybodyMs] = await untilAllWrite(stage, callers, promotedAtMs)
        recoveries.push({ firstMs, everybodyMs, promotionMs })
        if (firstMs > limitMs) count.find({ harm: tooLate, where: `failover ${n}`, saw: `${Math.round(firstMs)} ms` })
      } finally {
        await restore()
      }
      await Promise.all(trio.standbys.map((standby) => standby.waitUntilCaughtUp()))
    }
  } finally {
    over = true
    await Promise.all(load)
  }
  return recoveries
}

async function disturbFor({ standbys }: Trio, seed: number, forMs: number): Promise<void> {
  const untilMs = performance.now() + forMs
  const goesOn = () => performance.now() < untilMs
  await disturb(standbys, { kinds: ['delayed', 'paused'], longestMs: forMs, seed, goesOn, note: () => {} })
}

/** @returns when the first and when the last of them had a command acknowledged, in ms since the promotion was ordered */
async function untilAllWrite(
  { signal }: Stage,
  callers: readonly Caller[],
  promotedAtMs: number,
): Promise<[number, number]> {
  const firstMs = new Map<Caller, number>()
  const patience = performance.now() + patienceMs
  while (firstMs.size < callers.length && performance.now() < patience) {
    signal.throwIfAborted()
    for (const caller of callers) {
      const tookMs = caller.acknowledgedAtMs - promotedAtMs
      if (tookMs > 0 && !firstMs.has(caller)) firstMs.set(caller, tookMs)
    }
    await sleep(5)
  }
  const all = callers.map((caller) => firstMs.get(caller) ?? Infinity)
  return [Math.min(...all), Math.max(...all)]
}

/** Then nobody waits any more. */
const patienceMs = 15_000
