/** I29: the time that an answer takes must not tell another tenant's id from one that nobody has. */
import { rankTest, type Timed } from '../../rank-test.ts'
import { put } from '../api.ts'
import { ask, type Question } from '../ask.ts'
import { type Form, inputOf, ownValues, questionOf, type Slot } from '../forms.ts'
import { absentLike, type Attack } from '../probe.ts'

/** One operation each: what reads by id, changes by id, lists below an id, refers to an id, deletes by id. */
const timed = ['tickets.show', 'customers.update', 'comments.list', 'tickets.open', 'api-keys.revoke']

export async function timing(attack: Attack): Promise<void> {
  const { scene, forms, who, others } = attack
  const { timings } = scene.size
  if (timings === 0) return
  for (const name of timed) {
    const form = forms.find(({ operation }) => operation.name === name)
    const slot = form?.slots.find(({ place }) => place.kind === 'id')
    if (!form || !slot) throw new Error(`There is no ${name} to time`)
    const known = others.flatMap(({ things }) => things.get(slot.kind) ?? [])
    // Both lists are made alike, ahead of time and of one length: nothing but their truth differs.
    const foreign = Array.from({ length: 200 }, () => scene.random.pick(known))
    const absent = foreign.map((id) => absentLike(scene.random, id))
    const questions = await questionsFor(attack, form, slot)

    const result = await rankTest(timings, async (pairs) => {
      const times: Timed[] = []
      for (let at = 0; at < pairs; at += 1) {
        scene.signal.throwIfAborted()
        const index = scene.random.int(foreign.length)
        const pair = [
          { question: questions(foreign[index]!), foreign: true },
          { question: questions(absent[index]!), foreign: false },
        ]
        for (const { question, foreign } of scene.random.chance(0.5) ? pair : pair.toReversed()) {
          const start = performance.now()
          const { requestId } = await ask(scene.platform.origin, question)
          times.push({ ms: performance.now() - start, foreign })
          scene.sent.set(requestId, [question.path, question.body ?? ''])
        }
        scene.tally.check('I29 timed pairs')
      }
      return times
    })
    const where = `${name}, ${who.tier} tier`
    scene.tally.measure(`timing z, ${where}`, result.z)
    if (result.differ) {
      scene.tally.find(
        'timed',
        where,
        `z = ${result.z.toFixed(2)} of ${timings} pairs, then ${result.again!.toFixed(2)}`,
      )
    }
  }
}

async function questionsFor(
  { scene, forms, who }: Attack,
  form: Form,
  { place, alone }: Slot,
): Promise<(id: string) => Question> {
  const input = inputOf(scene, form, who, await ownValues(scene, form, who, forms))
  return (id) => questionOf(form.operation, put(input, place.at, id, alone), who.key)
}
