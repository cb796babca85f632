/** A1 in headers: another tenant's idempotency keys and entity tags mean nothing. */
import { inputOf, ownValues, questionOf } from '../forms.ts'
import { type Attack, type Probe } from '../probe.ts'
import type { Form } from '../forms.ts'
import type { Resident } from '../residents.ts'

/** Each of these pairs writes three times. */
const mostVictims = 6

export const keys: Probe = async (attack) => {
  for (const form of attack.forms) {
    if (form.operation.method === 'GET') await tags(attack, form)
    else await commands(attack, form)
  }
}

/** A command under a key that another tenant has used for its own: it is done, as under a key that nobody has used. */
async function commands(attack: Attack, form: Form): Promise<void> {
  const { scene, who, others } = attack
  const { name } = form.operation
  for (const other of others.slice(0, mostVictims)) {
    const where = `${name} under a key of ${other.slug} by ${who.slug}`
    const write = async (resident: Resident, key: string) => {
      const question = { ...(await ownQuestion(attack, form, resident)), headers: { 'idempotency-key': key } }
      return { ...(await scene.own(resident, where, question)), sent: [question.body ?? ''] }
    }
    const key = scene.random.uuid()
    await write(other, key)
    scene.tally.probe('A1 idempotency keys')
    const [theirs, nobodys] = [await write(who, key), await write(who, scene.random.uuid())]
    if (theirs.answer.status !== nobodys.answer.status || replayed(theirs.answer.headers))
      scene.tally.find('told', where, `${theirs.answer.status} | ${nobodys.answer.status}`)
  }
}

const replayed = (headers: readonly (readonly [string, string])[]) =>
  headers.some(([name]) => name === 'idempotency-replayed')

/** The tag of what another tenant sees, as a condition on what one sees and changes oneself. */
async function tags(attack: Attack, form: Form): Promise<void> {
  const { scene, forms, who, others } = attack
  const { name, path } = form.operation
  const change = forms.find(({ operation }) => operation.method === 'PATCH' && operation.path === path)
  const see = await ownQuestion(attack, form, who)
  const edit = change && (await ownQuestion(attack, change, who))
  for (const other of others.slice(0, mostVictims)) {
    const seen = await scene.own(other, name, await ownQuestion(attack, form, other))
    const tag = seen.answer.headers.find(([header]) => header === 'etag')?.[1]
    if (tag === undefined) return
    const absent = `"${scene.random.hex(tag.length - 2)}"`
    const conditions = [
      { question: see, header: 'if-none-match' },
      ...(edit ? [{ question: edit, header: 'if-match' }] : []),
    ]
    for (const { question, header } of conditions) {
      const where = `${question.method} ${name} with ${header} of ${other.slug} by ${who.slug}`
      const under = (value: string) =>
        scene.hear(who, where, { question: { ...question, headers: { [header]: value } }, sent: [value] })
      scene.tally.probe('A1 entity tags')
      scene.same(where, await under(tag), await under(absent))
    }
  }
}

const ownQuestion = async ({ scene, forms }: Attack, form: Form, who: Resident) =>
  questionOf(form.operation, inputOf(scene, form, who, await ownValues(scene, form, who, forms)), who.key)
