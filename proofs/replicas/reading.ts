/** Everybody at work while the standbys are late, paused, killed and frozen. */
import { createCaller, onlyRead, writeAndRead } from './callers.ts'
import { disturb, type Disturbance } from './disturb.ts'
import type { Stage } from './stage.ts'
import { lie } from './strangers.ts'
import type { Trio } from './trio.ts'
import { useTypedClient } from './typed.ts'

export interface Reading extends Pick<Disturbance, 'kinds' | 'longestMs'> {
  /** Of a write at one node and a read at the other; then it is over. */
  readonly pairs: number
  readonly callersPerTenant: number
}

export async function readUnderDisturbance(
  stage: Stage,
  { standbys }: Pick<Trio, 'standbys'>,
  { pairs, callersPerTenant, ...disturbance }: Reading,
): Promise<void> {
  const { count, seed, tenants, signal } = stage
  let failed = false
  const goesOn = () => count.of('pairs of a write and a read') < pairs && !signal.aborted && !failed
  const names = Array.from({ length: callersPerTenant }, (_, at) => `caller-${at}`)
  const work = tenants.flatMap((tenant, at) => [
    ...names.map((name) => writeAndRead(stage, createCaller(stage, tenant, name), goesOn)),
    onlyRead(stage, createCaller(stage, tenant, 'reader'), goesOn),
    lie(stage, tenant, goesOn),
    ...(at < 3 ? [useTypedClient(stage, tenant, goesOn)] : []),
  ])
  const note = (what: string) => count.add(`times a standby was ${what}`)
  const parts = [...work, disturb(standbys, { ...disturbance, seed, goesOn, note })]
  const outcomes = await Promise.allSettled(
    parts.map((part) =>
      part.catch((error: unknown) => {
        failed = true
        throw error
      }),
    ),
  )
  for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason
}
