/**
 * Nodes whose way to the pooler breaks, or stands still for a moment, behind every byte of an answer, one after the other. What
 * they say of the broken call must be true, and the next tenants on their connections see their own rows.
 */
import * as sound from '@rowhouse/tenancy'
import type { Door } from '@rowhouse/tenancy'
import type { Tenancy } from '../door/world.ts'
import { query, settle, transaction } from './call.ts'
import { openNode } from './node.ts'
import type { Resident } from './resident.ts'
import type { Scene } from './scene.ts'
import { readAll, updateAll } from './steps.ts'
import { openWay, type Way } from './way.ts'

export interface Cuts {
  /** Nodes that are at it at the same time. */
  readonly lanes: number
  /** 1: every byte. */
  readonly every: number
  /** All of them when nothing is said. */
  readonly calls?: readonly CallName[]
  readonly tenancy?: Tenancy
}

export type CallName = 'a read' | 'a write' | 'a transaction'

interface Lane {
  readonly scene: Scene
  readonly door: Door
  readonly way: Way
  readonly residents: readonly Resident[]
}

type Call = (scene: Scene, door: Door, resident: Resident) => Promise<void>

const calls: Readonly<Record<CallName, Call>> = {
  'a read': (scene, door, resident) => query(scene, door, resident, readAll(resident)),
  'a write': (scene, door, resident) => query(scene, door, resident, updateAll(resident, resident.rows)),
  'a transaction': (scene, door, resident) => {
    const change = updateAll(resident, resident.rows)
    return transaction(scene, door, resident, [change, updateAll(resident, change.after)], 'commit')
  },
}

const callNames: readonly CallName[] = ['a read', 'a write', 'a transaction']

export async function breakEverywhere(
  scene: Scene,
  residents: readonly Resident[],
  { lanes, every, calls: names = callNames, tenancy = sound }: Cuts,
  more = () => true,
): Promise<void> {
  await inLanes(scene, residents, lanes, tenancy, async (lane, number) => {
    for (const what of names) {
      for (const how of ['cut', 'stall'] as const) {
        for (let after = number * every; more(); after += lanes * every) {
          scene.signal.throwIfAborted()
          if (!(await breakOne(lane, after, how, calls[what]))) break
          scene.count.add(`answers to ${what}: ${how}`)
        }
      }
    }
  })
}

/** @returns false when the whole answer had passed before */
async function breakOne({ scene, door, way, residents }: Lane, after: number, how: 'cut' | 'stall', call: Call) {
  const [victim, next] = [0, 1].map((n) => residents[(after + n) % residents.length]!)
  way.break(after, how)
  await call(how === 'cut' ? { ...scene, trouble: 'their way was cut' } : scene, door, victim!)
  const reached = way.mend()
  if (victim!.perhaps) await settle(scene, door, victim!)
  await query(scene, door, next!, after % 5 === 0 ? scene.settings.stepOf(next!) : readAll(next!))
  return reached
}

/** Answers that never go on: after 35 s the door gives them up. */
export async function standStill(scene: Scene, residents: readonly Resident[]): Promise<void> {
  const patient = {
    ...scene,
    deadlineMs: 35_000 + scene.deadlineMs,
    trouble: 'the pooler was silent',
    longest: { call: 0, recovery: 0 },
  }
  await inLanes(scene, residents, callNames.length * 2, sound, async ({ door, way, residents: own }, number) => {
    const [victim, next] = own
    await query(scene, door, victim!, readAll(victim!))
    way.break(number * 31, 'stop')
    await calls[callNames[number % callNames.length]!](patient, door, victim!)
    if (!way.mend()) throw new Error('The answer was not withheld')
    scene.count.add('answers withheld for good')
    if (victim!.perhaps) await settle(scene, door, victim!)
    await query(scene, door, next!, readAll(next!))
  })
}

/** Each with a node of one connection, a way of its own and its part of the residents. */
async function inLanes(
  scene: Scene,
  residents: readonly Resident[],
  lanes: number,
  tenancy: Tenancy,
  run: (lane: Lane, number: number) => Promise<void>,
): Promise<void> {
  await Promise.all(
    Array.from({ length: lanes }, async (_, number) => {
      const way = await openWay(scene.port)
      const node = openNode(tenancy, scene.ground.deployed, way.port, 1)
      try {
        const own = residents.filter((_resident, at) => at % lanes === number)
        await run({ scene, door: node.door, way, residents: own }, number)
      } finally {
        way.close()
        await node.stop()
      }
    }),
  )
}
