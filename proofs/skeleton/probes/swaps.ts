/** A1, A2, A9, I12: others' ids, and words to search by, in every place where an id or such a word goes, alone and beside own ones. */
import type { Random } from '../../random.ts'
import { pointerOf, put } from '../api.ts'
import { type Form, inputOf, ownValues, questionOf, type Slot, type Values } from '../forms.ts'
import { absentLike, type Probe } from '../probe.ts'
import type { Resident } from '../residents.ts'

export const swaps: Probe = async ({ scene, forms, who, others }) => {
  for (const form of forms) {
    const { slots, operation } = form
    if (slots.length === 0) continue
    for (const { swapped, beside } of combinations(form)) {
      const where = `${operation.name}, ${swapped.map(({ place }) => pointerOf(place)).join(' and ')} of another`
      const own = await ownValues(scene, form, who, forms, [...swapped, ...beside])
      const input = inputOf(scene, form, who, own)
      await scene.own(who, `${operation.name} with its own`, questionOf(operation, input, who.key))

      // The texts are those of the tenant's own request: nothing but the ids differs.
      const attempt = (values: Values) => {
        const other = [...values].reduce(
          (sofar, [{ place, alone }, value]) => put(sofar, place.at, value, alone),
          input,
        )
        return scene.hear(who, where, { question: questionOf(operation, other, who.key), sent: [...values.values()] })
      }
      const nobodys = () => attempt(new Map(swapped.map((slot) => [slot, absentLike(scene.random, own.get(slot)!)])))
      const first = await nobodys()
      let tried = 0
      for (const other of others) {
        const values = valuesOf(other, swapped, scene.random)
        if (!values) continue
        tried += 1
        scene.tally.probe('A1 ids and words')
        scene.same(`${where}, of ${other.slug} by ${who.slug}`, await attempt(values), first)
      }
      scene.same(`${where}, twice of nobody`, await nobodys(), first)
      if (tried === 0) continue
      for (const { place } of swapped) scene.covered.add(`${operation.name} ${pointerOf(place)}`)
    }
  }
}

interface Combination {
  readonly swapped: readonly Slot[]
  /** Filled with own things besides what must be. */
  readonly beside: readonly Slot[]
}

/** Each place alone, each beside all others filled with own ids, and all at once. */
function combinations({ slots }: Form): Combination[] {
  const ids = slots.filter(({ place }) => place.kind === 'id')
  const alone = slots.map((slot) => ({ swapped: [slot], beside: [] }))
  if (ids.length < 2) return alone
  const beside = ids.map((slot) => ({ swapped: [slot], beside: ids.filter((other) => other !== slot) }))
  return [...alone, ...beside, { swapped: ids, beside: [] }]
}

/** Undefined when the other has no such things. */
function valuesOf({ things }: Resident, slots: readonly Slot[], random: Random): Values | undefined {
  const values = slots.map((slot) => [slot, things.get(slot.kind) ?? []] as const)
  if (values.some(([, known]) => known.length === 0)) return undefined
  return new Map(values.map(([slot, known]) => [slot, random.pick(known)]))
}
