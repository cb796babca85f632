/** A8, A13: keys that are half one's own and half another's. */
import { isSuccess } from '../ask.ts'
import { inputOf, ownValues, questionOf } from '../forms.ts'
import { absentLike, type Probe } from '../probe.ts'

export const tokens: Probe = async ({ scene, forms, who, others }) => {
  for (const form of forms) {
    const { operation } = form
    const input = inputOf(scene, form, who, await ownValues(scene, form, who, []))
    for (const other of others) {
      const where = `${operation.name} with a key spliced from those of ${who.slug} and ${other.slug}`
      const attempt = (tenantId: string) => {
        const token = spliced(who.key, tenantId)
        return scene.hear(null, where, { question: questionOf(operation, input, token), sent: [token, tenantId] })
      }
      const theirs = await attempt(other.id)
      scene.tally.probe('A13 keys')
      scene.same(where, theirs, await attempt(absentLike(scene.random, other.id)))
      if (isSuccess(theirs.answer)) scene.tally.find('told', where, `it is believed: ${theirs.answer.status}`)
    }
  }
}

/** The secret half of one's own key, under the name of another tenant. */
function spliced(key: string, tenantId: string): string {
  const bytes = Buffer.from(key.slice(4), 'base64url')
  return `rhk_${Buffer.concat([Buffer.from(tenantId.replaceAll('-', ''), 'hex'), bytes.subarray(16)]).toString('base64url')}`
}
