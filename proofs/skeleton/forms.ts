/**
 * How each operation is asked for something that succeeds, found out by asking as a tenant: which of its things go into
 * which place, and which texts it takes. What cannot be found out is a gap of the proof, and is told.
 */
import { type ApiOperation, type Input, type Place, pointerOf, put, valueAt } from './api.ts'
import { type Answer, isSuccess, type Question } from './ask.ts'
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

/** Learns every operation for tenants that takes JSON, or nothing. */
export async function learnForms(scene: Scene, who: Resident): Promise<Form[]> {
  const forms: Form[] = []
  const learnable = scene.api.filter(
    ({ audience, accepts }) => audience === 'tenant' && (accepts === undefined || accepts === 'application/json'),
  )
  // What makes things comes first, and what ends them last.
  const order = ['POST', 'PUT', 'GET', 'PATCH', 'DELETE']
  for (const operation of learnable.toSorted((a, b) => order.indexOf(a.method) - order.indexOf(b.method))) {
    const form = await learn(scene, operation, who, forms)
    if (form) forms.push(form)
  }
  return forms
}

async function learn(
  scene: Scene,
  operation: ApiOperation,
  who: Resident,
  known: readonly Form[],
): Promise<Form | undefined> {
  const { places, rest } = operation
  const ids = places.filter(({ kind }) => kind === 'id')
  const searched = rest === 'query' ? places.filter(({ kind }) => kind === 'text' || kind === 'email') : []
  let form: Form | undefined
  let last: Answer | undefined
  for (const slots of assignments(
    operation,
    ids.filter(({ required }) => required),
    who,
  )) {
    const found = await accepted(scene, { operation, slots, fixed: new Set() }, who, known)
    form = found.form
    last = found.answer
    if (form) break
  }
  if (!form) {
    scene.tally.find(
      'uncovered',
      operation.name,
      `nothing of its own is accepted: ${last?.status} ${last?.body.slice(0, 300)}`,
    )
    return undefined
  }
  const search = searched.map((place) => ({
    place,
    kind: place.kind === 'email' ? 'emails' : 'canaries',
    alone: false,
  }))
  form = { ...form, slots: [...form.slots, ...search] }
  for (const place of ids.filter(({ required }) => !required)) {
    const slot = await optionalSlot(scene, form, place, who, known)
    if (slot) form = { ...form, slots: [...form.slots, slot] }
    else scene.tally.find('uncovered', `${operation.name} ${pointerOf(place)}`, 'no id of its own is accepted')
  }
  return form
}

/** Asks, and takes back the texts that the answer complains of, until it is content. */
async function accepted(
  scene: Scene,
  form: Form,
  who: Resident,
  known: readonly Form[],
): Promise<{ form?: Form; answer: Answer }> {
  const fixed = new Set(form.fixed)
  for (;;) {
    const now = { ...form, fixed }
    const answer = await ask(scene, now, who, known)
    if (isSuccess(answer)) return { form: now, answer }
    const refused = complaints(answer)
    const taken = textsOf(now).filter((place) => refused.some((pointer) => pointer.startsWith(pointerOf(place))))
    if (taken.length === 0) return { answer }
    for (const place of taken) fixed.add(pointerOf(place))
  }
}

async function optionalSlot(
  scene: Scene,
  form: Form,
  place: Place,
  who: Resident,
  known: readonly Form[],
): Promise<Slot | undefined> {
  let fallback: Slot | undefined
  for (const kind of kindsFor(form.operation, place, who)) {
    for (const alone of place.at.length > 1 ? [false, true] : [false]) {
      const slot = { place, kind, alone }
      const answer = await ask(scene, { ...form, slots: [...form.slots, slot] }, who, known, [slot])
      if (!isSuccess(answer)) continue
      // A filter that finds nothing may have been given a thing of another kind.
      if (!answer.body.startsWith('{"items":[]')) return slot
      fallback ??= slot
    }
  }
  return fallback
}

async function ask(
  scene: Scene,
  form: Form,
  who: Resident,
  known: readonly Form[],
  optional: readonly Slot[] = [],
): Promise<Answer> {
  const values = await ownValues(scene, form, who, known, optional)
  const question = questionOf(form.operation, inputOf(scene, form, who, values), who.key)
  const { answer } = await scene.own(who, `${form.operation.name}, tried out`, question, 'tried out')
  return answer
}

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

const textsOf = ({ operation, fixed }: Form): Place[] =>
  operation.places.filter((place) => (place.kind === 'text' || place.kind === 'email') && !fixed.has(pointerOf(place)))

function complaints({ body }: Answer): string[] {
  const { errors = [] } = JSON.parse(body || '{}') as { errors?: readonly { pointer: string }[] }
  return errors.map(({ pointer }) => pointer)
}

/** Every way to fill the places with kinds of things, the likely ones first. */
function* assignments(operation: ApiOperation, places: readonly Place[], who: Resident): Generator<Slot[]> {
  const [place, ...rest] = places
  if (!place) yield []
  else
    for (const kind of kindsFor(operation, place, who))
      for (const others of assignments(operation, rest, who)) yield [{ place, kind, alone: false }, ...others]
}

/** `/tickets/{id}` and `ticketId` are of tickets, `customer.id` of customers; then whatever else the tenant knows of. */
function kindsFor({ path }: ApiOperation, { at }: Place, { things }: Resident): string[] {
  const name = at.at(-1)!
  const parts = path.split('/')
  const inPath = parts[parts.indexOf(`{${name}}`) - 1]
  const likely = inPath ?? `${name === 'id' ? at.at(-2) : name.replace(/_?[iI]ds?$/, '')}s`
  return [likely, ...things.keys()].filter((kind, index, all) => things.has(kind) && all.indexOf(kind) === index)
}
