/** One call of a tenant at the door, its answer compared with what it must be. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Door, Execute } from '@rowhouse/tenancy'
import type { Random } from '../random.ts'
import { codeOf, explain } from './explain.ts'
import type { Resident } from './resident.ts'
import { harms, type Scene } from './scene.ts'
import { nextStep, oneStep, readAll, refused, type Step } from './steps.ts'

export async function callOnce(scene: Scene, door: Door, resident: Resident, random: Random): Promise<void> {
  const { perhaps } = resident
  // What runs on a server when its client is gone comes to its end soon; until then others have their turn.
  if (perhaps && performance.now() - perhaps.sinceMs < 500) return sleep(20)
  if (perhaps) return settle(scene, door, resident)
  const dice = random.int(100)
  if (dice < 55) await query(scene, door, resident, oneStep(resident, random))
  else if (dice < 67) await query(scene, door, resident, scene.settings.stepOf(resident))
  else if (dice < 70) await expectRefusal(scene, door, resident, random.pick(refused))
  else await transaction(scene, door, resident, planned(scene, resident, random), random.pick(endings))
}

/** After an error nothing may have changed, unless it says that this is unknown. */
export async function query(scene: Scene, door: Door, resident: Resident, step: Step): Promise<void> {
  const call = beginCall(scene, resident, step.text)
  try {
    const { rows } = await door.query(resident.id, step.text, step.values)
    expectAnswer(scene, resident, step, rows)
    resident.rows = step.after
  } catch (error) {
    if (codeOf(error) === step.answer) scene.count.add('answers compared')
    else explain(scene, call.trouble, resident, step.text, error, step.after)
  } finally {
    call.end()
  }
}

/** Some go on after a failed statement as if nothing were, and must not be committed. */
const endings = ['commit', 'commit', 'commit', 'abandon', 'go on'] as const

class Abandoned extends Error {}

/** Each step sees what those before it have done; one that fails is the last. */
function planned({ settings }: Scene, resident: Resident, random: Random): Step[] {
  const steps: Step[] = []
  const many = 1 + random.int(5)
  let { rows } = resident
  while (steps.length < many && typeof steps.at(-1)?.answer !== 'string') {
    const step = random.chance(0.2) ? settings.stepWithin(resident, rows) : nextStep(resident, rows, random)
    steps.push(step)
    rows = step.after
  }
  return steps
}

export async function transaction(
  scene: Scene,
  door: Door,
  resident: Resident,
  steps: readonly Step[],
  ending: (typeof endings)[number],
): Promise<void> {
  const { answer, after } = steps.at(-1)!
  const fails = typeof answer === 'string'
  const what = `${ending}: ${steps.map(({ text }) => text).join('; ')}`
  const run = async (execute: Execute) => {
    for (const step of steps) {
      try {
        const { rows } = await execute(step.text, step.values)
        expectAnswer(scene, resident, step, rows)
      } catch (error) {
        if (codeOf(error) !== step.answer) throw error
        scene.count.add('answers compared')
        if (ending !== 'go on') throw error
      }
    }
    if (ending === 'abandon') throw new Abandoned()
  }
  const call = beginCall(scene, resident, what)
  try {
    await door.transaction(resident.id, run)
    if (fails) find(scene, resident, what, 'a failed transaction was committed')
    resident.rows = after
  } catch (error) {
    if (error instanceof Abandoned) return
    if (fails && (codeOf(error) === answer || codeOf(error) === 'tenancy.rolled_back')) return
    explain(scene, call.trouble, resident, what, error, after)
  } finally {
    call.end()
  }
}

/** Whether a change whose answer was lost has happened: by looking. */
export async function settle(scene: Scene, door: Door, resident: Resident): Promise<void> {
  const { text, values } = readAll(resident)
  const call = beginCall(scene, resident, text)
  try {
    const { rows } = await door.query(resident.id, text, values)
    scene.count.add('answers compared')
    const seen = JSON.stringify(rows)
    const happened = seen === JSON.stringify(resident.perhaps!.rows)
    if (!happened && seen !== JSON.stringify(resident.rows)) find(scene, resident, 'after an unknown outcome', seen)
    scene.count.add(`unknown outcomes settled: it had ${happened ? '' : 'not '}happened`)
    if (happened) resident.rows = resident.perhaps!.rows
    resident.perhaps = undefined
  } catch (error) {
    explain(scene, call.trouble, resident, text, error, resident.rows)
  } finally {
    call.end()
  }
}

async function expectRefusal(scene: Scene, door: Door, resident: Resident, text: string): Promise<void> {
  const call = beginCall(scene, resident, text)
  scene.count.add('statements that the door refuses')
  try {
    await door.query(resident.id, text, [])
    const where = `${scene.title}, ${resident.label}: ${text}`
    scene.count.find({ harm: harms.leaked, where, saw: 'an answer instead of a refusal' })
  } catch (error) {
    if (codeOf(error) !== 'tenancy.statement_refused')
      explain(scene, call.trouble, resident, text, error, resident.rows)
  } finally {
    call.end()
  }
}

function expectAnswer(scene: Scene, resident: Resident, step: Step, rows: readonly object[]): void {
  scene.count.add('answers compared')
  const [wanted, seen] = [JSON.stringify(step.answer), JSON.stringify(rows)]
  if (wanted === seen) return
  let at = 0
  while (wanted[at] === seen[at]) at += 1
  const part = (text: string) => text.slice(Math.max(0, at - 80), at + 320)
  find(scene, resident, step.text, `expected …${part(wanted)}…, saw …${part(seen)}…`)
}

const find = (scene: Scene, { label }: Resident, what: string, saw: string): void =>
  scene.count.find({ harm: harms.wrong, where: `${scene.title}, ${label}: ${what}`, saw })

/** Every call has its deadline, and what troubled the pooler when it began may be why it fails. */
function beginCall(scene: Scene, { label }: Resident, what: string) {
  const sinceMs = performance.now()
  scene.count.add('calls')
  return {
    trouble: scene.trouble,
    end(): void {
      const tookMs = Math.round(performance.now() - sinceMs)
      scene.longest.call = Math.max(scene.longest.call, tookMs)
      if (tookMs <= scene.deadlineMs) return
      scene.count.find({ harm: harms.late, where: `${scene.title}, ${label}: ${what}`, saw: `${tookMs} ms` })
    },
  }
}
