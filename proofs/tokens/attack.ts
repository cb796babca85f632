/** Sends hostile tokens, row by row, and judges the answers. A genuine token is sent before and after. */
import { type Answer, Lost } from '../nodes/connection.ts'
import type { Count } from '../count.ts'
import { createRandom } from '../random.ts'
import { bearers, type Hostile, kidOf, type Material, operatorsKey, signed } from './forge.ts'
import { algorithms } from './rows/algorithms.ts'
import { claimed } from './rows/claims.ts'
import { confusion } from './rows/confusion.ts'
import { forms } from './rows/forms.ts'
import { keys } from './rows/keys.ts'
import { references } from './rows/references.ts'
import { times } from './rows/times.ts'
import type { Scene } from './scene.ts'
import { type Caller, createCaller, type Target } from './targets.ts'

export const rows: Readonly<Record<string, (material: Material) => Hostile[]>> = {
  T1: algorithms,
  T2: confusion,
  T3: references,
  T4: claimed,
  T5: times,
  T6: keys,
  T7: forms,
}

export interface Attack {
  readonly scene: Scene
  readonly count: Count
  readonly seed: number
  /** Part of the tokens that are sent, at random. */
  readonly part: number
  /** Operations that each is sent to, at random. */
  readonly targets: number
  readonly rows: readonly string[]
  readonly signal: AbortSignal
}

export const harms = {
  accepted: 'a hostile token was accepted',
  failed: 'an answer of class 5xx',
  refused: 'a genuine token was refused',
} as const

export async function attack({ scene, count, seed, part, targets, rows: names, signal }: Attack): Promise<void> {
  const callers = Array.from({ length: 4 }, () => createCaller(scene.node.port))
  try {
    for (const name of names) {
      const random = createRandom(seed, `choices ${name}`)
      const material = scene.material(name)
      const hostile = rows[name]!(material).filter(() => random.chance(part))
      const calls = hostile.flatMap((each) =>
        Array.from({ length: targets }, () => ({ each, target: random.pick(scene.targets.filter(isWrongFor(each))) })),
      )
      await sendControls(callers[0]!, material, count)
      await Promise.all(
        callers.map(async (caller) => {
          for (let call = calls.pop(); call; call = calls.pop()) {
            signal.throwIfAborted()
            judge(call.each, call.target, await answerTo(caller, call.each, call.target), count)
          }
        }),
      )
      await sendControls(callers[0]!, material, count)
    }
    if (scene.trap.visits > 0) {
      count.find({
        harm: harms.accepted,
        where: 'T3',
        saw: `${scene.trap.visits} connections to an attacker's address`,
      })
    }
  } finally {
    for (const caller of callers) caller.close()
  }
}

/** The operators' key is right where it belongs. */
const isWrongFor =
  ({ name }: Hostile) =>
  ({ audience }: Target) =>
    name !== operatorsKey || audience !== 'operator'

async function answerTo(caller: Caller, { authorization }: Hostile, target: Target): Promise<Answer | undefined> {
  return caller.ask(target, authorization).catch((error: unknown) => {
    if (error instanceof Lost) return undefined
    throw error
  })
}

function judge({ row, name, authorization }: Hostile, target: Target, answer: Answer | undefined, count: Count): void {
  count.add(row)
  const status = answer?.status ?? 0
  const where = `${row} ${name} · ${target.name}\n  ${authorization.slice(0, 400)}`
  // What is no header, or longer than Node takes, never becomes a request.
  const isHttp = /^[\t\x20-\x7e\x80-\uffff]*$/.test(authorization) && authorization.length < 15_000
  const refused = status === 401 || (!isHttp && [0, 400, 431].includes(status))
  if (status >= 500) count.find({ harm: harms.failed, where, saw: `${status} ${answer!.body}` })
  else if (!refused)
    count.find({ harm: harms.accepted, where, saw: `${status} ${answer?.body.slice(0, 200) ?? 'no answer'}` })
}

/** Otherwise a server that refuses everybody would pass. */
async function sendControls(
  caller: Caller,
  { token, header, claims, believed }: Material,
  count: Count,
): Promise<void> {
  const older = signed({ ...header, kid: kidOf(believed) }, claims, believed)
  for (const { name, authorization } of bearers('control', {
    'a genuine token': token,
    'one of an older key': older,
  })) {
    const { status } = await caller.ask(plainRead, authorization)
    count.add('genuine tokens accepted')
    if (status !== 200) count.find({ harm: harms.refused, where: name, saw: String(status) })
  }
}

export const plainRead: Target = {
  name: 'GET /api/v1/tickets',
  audience: 'tenant',
  method: 'GET',
  path: '/api/v1/tickets',
}
