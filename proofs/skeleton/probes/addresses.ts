/** I11, I17: an address that another tenant has is as free as one that nobody has, and a refusal is the tenant's own affair. */
import { type Place, pointerOf, put } from '../api.ts'
import { type Form, inputOf, ownValues, questionOf } from '../forms.ts'
import type { Attack, Probe } from '../probe.ts'
import { both, type Resident } from '../residents.ts'

export const addresses: Probe = async (attack) => {
  const { scene, forms, who, others } = attack
  for (const form of forms.filter(({ operation }) => operation.rest === 'body')) {
    for (const place of form.operation.places.filter(({ kind }) => kind === 'email')) {
      const where = `${form.operation.name}, ${pointerOf(place)} that another has`
      const write = async (
        resident: Resident,
        address: string,
        question = questionsOf(attack, form, place, resident),
      ) => ({
        ...(await scene.own(resident, where, (await question)(address))),
        sent: [address],
      })
      for (const other of others) {
        const [theirs, nobodys] = [scene.random.hex(16) + both, scene.random.hex(16) + both]
        await write(other, theirs)
        scene.tally.probe('I11 addresses')
        const mine = questionsOf(attack, form, place, who)
        const [taken, free] = [await write(who, theirs, mine), await write(who, nobodys, mine)]
        scene.same(`${where}, of ${other.slug} by ${who.slug}`, taken, free, 'made')
      }
      scene.covered.add(`${form.operation.name} ${pointerOf(place)}`)
      // One of its own, a second time: whatever the answer, nobody writes the address down.
      const own = who.things.get('emails')?.find((address) => address.includes(who.canary))
      if (own) await scene.hear(who, where, { question: (await questionsOf(attack, form, place, who))(own), sent: [] })
    }
  }
}

/** Requests whose texts are the same: nothing but the address differs. */
async function questionsOf({ scene, forms }: Attack, form: Form, place: Place, who: Resident) {
  const input = inputOf(scene, form, who, await ownValues(scene, form, who, forms))
  return (address: string) => questionOf(form.operation, put(input, place.at, address), who.key)
}
