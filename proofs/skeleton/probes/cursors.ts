/** A8: where another tenant's pages end, given to one's own lists. */
import { put } from '../api.ts'
import { type Form, inputOf, ownValues, questionOf } from '../forms.ts'
import type { Attack, Probe } from '../probe.ts'
import { both, type Resident } from '../residents.ts'
import type { Scene } from '../scene.ts'

export const cursors: Probe = async (attack) => {
  const { scene, forms, who, others } = attack
  for (const form of forms) {
    const { operation } = form
    if (!operation.places.some(({ kind }) => kind === 'cursor')) continue
    for (const sort of operation.sorts.length > 0 ? operation.sorts : [undefined]) {
      const where = `${operation.name}${sort ? ` by ${sort}` : ''}, cursor of another`
      let tried = 0
      for (const other of others) {
        const cursor = await cursorOf(attack, form, other, sort)
        if (cursor === undefined) continue
        tried += 1
        const twin = absentCursor(cursor)
        if (twin === undefined) {
          scene.tally.find('uncovered', where, `no twin can be made of ${cursor}`)
          continue
        }
        const input = { ...inputOf(scene, form, who, await ownValues(scene, form, who, forms)), ...(sort && { sort }) }
        const turn = (value: string) => {
          const question = questionOf(operation, { ...input, cursor: value }, who.key)
          return scene.hear(who, where, { question, sent: [value, Buffer.from(value, 'base64url').toString()] })
        }
        scene.tally.probe('A8 cursors')
        scene.same(`${where}, of ${other.slug} by ${who.slug}`, await turn(cursor), await turn(twin))
      }
      if (tried > 0) scene.covered.add(`${operation.name} /cursor`)
    }
  }
}

/** Asked for once: pages of one. */
const known = new WeakMap<Resident, Map<string, string | undefined>>()

async function cursorOf(
  { scene }: Attack,
  form: Form,
  other: Resident,
  sort: string | undefined,
): Promise<string | undefined> {
  const mine = known.get(other) ?? new Map<string, string | undefined>()
  known.set(other, mine)
  const name = `${form.operation.name} ${sort}`
  if (!mine.has(name)) mine.set(name, await findCursor(scene, form, other, sort))
  return mine.get(name)
}

/** Below each of its things, where the list is of one. An address of both tells nothing. */
async function findCursor(
  scene: Scene,
  { operation, slots }: Form,
  other: Resident,
  sort: string | undefined,
): Promise<string | undefined> {
  const required = slots.find(({ place }) => place.required)
  const inputs = required
    ? other.things.get(required.kind)!.map((id) => put(operation.example, required.place.at, id))
    : [operation.example]
  for (const input of inputs) {
    for (const limit of [1, 2, 5, 10, 20, 50, 100]) {
      const question = questionOf(operation, { ...input, limit, ...(sort && { sort }) }, other.key)
      const { answer } = await scene.own(other, `${operation.name}, a page of ${limit}`, question)
      const { nextCursor } = JSON.parse(answer.body) as { nextCursor?: string | null }
      if (!nextCursor) break
      if (!Buffer.from(nextCursor, 'base64url').toString().includes(both)) return nextCursor
    }
  }
  return undefined
}

/** The same place in the same order, of a row that nobody has: right beside theirs. A number alone says nobody's name. */
function absentCursor(cursor: string): string | undefined {
  try {
    const values = JSON.parse(Buffer.from(cursor, 'base64url').toString()) as unknown[]
    const twin = values.map((value) =>
      typeof value === 'string' ? value.replace(/^[0-9a-f-]{36}$|^[^@]+@/, beside) : value,
    )
    return Buffer.from(JSON.stringify(twin)).toString('base64url')
  } catch {
    return undefined
  }
}

const beside = (text: string) => text.replace(/.(?=@?$)/, (end) => (end === '0' ? '1' : '0'))
