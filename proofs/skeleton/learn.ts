/**
 * Finds out how each operation is asked for something that succeeds, by asking as a tenant. What cannot be found out is a
 * gap of the proof, and is told.
 */
import { type ApiOperation, type Place, pointerOf } from './api.ts'
import { type Answer, isSuccess } from './ask.ts'
import { type Form, inputOf, ownValues, questionOf, type Slot, textsOf } from './forms.ts'
import type { Resident } from './residents.ts'
import type { Scene } from './scene.ts'

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
  const ids = operation.places.filter(({ kind }) => kind === 'id')
  const plain = await plainForm(scene, operation, who, known)
  if (!plain) return undefined
  let form: Form = { ...plain, slots: [...plain.slots, ...searchSlots(operation)] }
  for (const place of ids.filter(({ required }) => !required)) {
    const slot = await optionalSlot(scene, form, place, who, known)
    if (slot) form = { ...form, slots: [...form.slots, slot] }
    else scene.tally.find('uncovered', `${operation.name} ${pointerOf(place)}`, 'no id of its own is accepted')
  }
  return form
}

/** With nothing but what is required. */
async function plainForm(
  scene: Scene,
  operation: ApiOperation,
  who: Resident,
  known: readonly Form[],
): Promise<Form | undefined> {
  const required = operation.places.filter(({ kind, required }) => kind === 'id' && required)
  let last: Answer | undefined
  for (const slots of assignments(operation, required, who)) {
    const { form, answer } = await accepted(scene, { operation, slots, fixed: new Set() }, who, known)
    if (form) return form
    last = answer
  }
  const saw = `${last?.status} ${last?.body.slice(0, 300)}`
  scene.tally.find('uncovered', operation.name, `nothing of its own is accepted: ${saw}`)
  return undefined
}

/** Texts and addresses to search by, in a query. */
const searchSlots = ({ places, rest }: ApiOperation): Slot[] =>
  places.flatMap((place) => {
    if (rest === 'body' || !['text', 'email'].includes(place.kind)) return []
    return [{ place, kind: place.kind === 'email' ? 'emails' : 'canaries', alone: false }]
  })

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
