/** How each operation is asked for something that succeeds: which of a tenant's things go where, and which texts it takes. */
import { type ApiOperation, type Input, type Place, pointerOf, put, valueAt } from './api.ts'
import { isSuccess, type Question } from './ask.ts'
import type { Resident } from './residents.ts'
import type { Scene } from './scene.ts'

/** A place for an id, or for words to search by. */
export interface Slot {
  readonly place: Place
  /** The things of a tenant that go there. */
  readonly kind: string
  /** Nothing else may stand beside it. */
  readonly alone: boolean
}

export interface Form {
  readonly operation: ApiOperation
  readonly slots: readonly Slot[]
  /** Texts that must be as in the example, or absent: not anybody's words. */
  readonly fixed: ReadonlySet<string>
}

export type Values = ReadonlyMap<Slot, string>

/** A tenant's own things for the places that must be filled, and for `optional` ones. */
export async function ownValues(
  scene: Scene,
  form: Form,
  who: Resident,
  forms: readonly Form[],
  optional: readonly Slot[] = [],
): Promise<Values> {
  const values = new Map<Slot, string>()
  for (const slot of form.slots) {
    if (!slot.place.required && !optional.includes(slot)) continue
    const inPath = form.operation.inPath.includes(slot.place.at[0]!)
    const fresh = inPath && form.operation.method !== 'GET' ? await makeAnother(scene, form, who, forms) : undefined
    const value = fresh ?? who.things.get(slot.kind)?.at(-1)
    if (value !== undefined) values.set(slot, value)
  }
  return values
}

/** What is to be changed, ended or acted on is made before, where that can be done: a tenant needs its other things. */
async function makeAnother(
  scene: Scene,
  { operation }: Form,
  who: Resident,
  forms: readonly Form[],
): Promise<string | undefined> {
  const collection = operation.path.replace(/\/\{\w+\}.*$/, '')
  const maker = forms.find(({ operation: { method, path } }) => method === 'POST' && path === collection)
  if (!maker) return undefined
  const input = inputOf(scene, maker, who, await ownValues(scene, maker, who, forms))
  const { answer } = await scene.own(who, maker.operation.name, questionOf(maker.operation, input, who.key))
  return isSuccess(answer) ? (JSON.parse(answer.body) as { id?: string }).id : undefined
}

/** The operation's example, with the tenant's canary in every text and these values in their places. */
export function inputOf(scene: Scene, form: Form, who: Resident, values: Values): Input {
  const { operation } = form
  let input = operation.example
  for (const place of operation.places)
    if (place.kind === 'id' && !place.required) input = put(input, place.at, undefined)
  if (operation.rest === 'body') {
    for (const place of textsOf(form)) input = put(input, place.at, ownText(scene, place, who))
  }
  for (const [{ place, alone }, value] of values) input = put(input, place.at, value, alone)
  return input
}

export const ownText = ({ random }: Scene, { kind, maxLength }: Place, { canary }: Resident): string =>
  kind === 'email' ? `${canary}.${random.hex(6)}@skeleton.example` : `${canary} ${random.hex(6)}`.slice(0, maxLength)

export function questionOf(operation: ApiOperation, input: Input, token: string): Question {
  const entries = Object.entries(input)
  const path = operation.inPath.reduce(
    (sofar, name) => sofar.replace(`{${name}}`, encodeURIComponent(String(valueAt(input, [name])))),
    operation.path,
  )
  const others = entries.filter(([name]) => !operation.inPath.includes(name))
  const { method } = operation
  if (operation.rest === 'body') {
    const hasBody = operation.accepts !== undefined || others.length > 0
    return { method, path, token, ...(hasBody && { body: JSON.stringify(Object.fromEntries(others)) }) }
  }
  const query = new URLSearchParams(Object.fromEntries(others.map(([name, value]) => [name, String(value)])))
  return { method, path: query.size > 0 ? `${path}?${query.toString()}` : path, token }
}

export const textsOf = ({ operation, fixed }: Form): Place[] =>
  operation.places.filter((place) => (place.kind === 'text' || place.kind === 'email') && !fixed.has(pointerOf(place)))
