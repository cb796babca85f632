/** A2, A11: fields that nobody asked for, with what would make the caller somebody else. */
import type { Input } from '../api.ts'
import { isSuccess } from '../ask.ts'
import { inputOf, ownValues, questionOf } from '../forms.ts'
import { absentLike, type Probe } from '../probe.ts'

export const fields: Probe = async ({ scene, forms, who, others }) => {
  // Every id of the API is no field of the others' operations either.
  const idNames = forms.flatMap(({ operation }) =>
    operation.places.filter(({ kind }) => kind === 'id').map(({ at }) => at.at(-1)!),
  )
  const names = [...new Set([...usual, ...idNames])].filter((name) => name !== '0')
  for (const form of forms) {
    const { operation } = form
    const taken = [...operation.inPath, ...operation.places.map(({ at }) => at[0]!)]
    for (const name of names.filter((name, at) => !taken.includes(name) && at % scene.size.everyName === 0)) {
      const other = scene.random.pick(others)
      const own = inputOf(scene, form, who, await ownValues(scene, form, who, []))
      const where = `${operation.name} with the field ${name} of ${other.slug} by ${who.slug}`
      const attempt = (id: string) =>
        scene.hear(who, where, { question: questionOf(operation, withField(own, name, id), who.key), sent: [id] })
      const theirs = await attempt(other.id)
      scene.tally.probe('A11 fields')
      scene.same(where, theirs, await attempt(absentLike(scene.random, other.id)))
      if (isSuccess(theirs.answer)) scene.tally.find('told', where, `it is taken: ${theirs.answer.status}`)
    }
  }
}

const usual = 'tenantId tenant_id tenant ownerId role roles permissions isAdmin plan tier __proto__ constructor'.split(
  ' ',
)

/** `__proto__` as a field of its own, as JSON would have it. */
function withField(input: Input, name: string, id: string): Input {
  const value = name === '__proto__' || name === 'constructor' ? { tenantId: id } : id
  return Object.defineProperty({ ...input }, name, { value, enumerable: true, configurable: true })
}
