/** A1 in mail: messages that name another tenant's, as their own, as what they answer, as where they are from. */
import { mailOf } from '../life.ts'
import type { Probe } from '../probe.ts'
import { both, type Resident } from '../residents.ts'

export const mail: Probe = async ({ scene, who, others }) => {
  const operation = scene.api.find(({ accepts }) => accepts === 'message/rfc822')
  if (!operation) return
  const mark = (resident: Resident) => () => `${resident.canary} ${scene.random.hex(6)}`
  const send = (resident: Resident, where: string, from: string, headers: readonly string[]) =>
    scene.own(resident, where, {
      method: 'POST',
      path: operation.path,
      token: resident.key,
      body: mailOf(from, mark(resident), headers),
      headers: { 'content-type': 'message/rfc822' },
    })
  for (const other of others) {
    const names = () => `<${scene.random.hex(16)}@mail.example>`
    const [theirs, nobodys, from] = [names(), names(), scene.random.hex(12) + both]
    await send(other, 'a message of its own', from, [`Message-ID: ${theirs}`])
    for (const header of ['In-Reply-To', 'References', 'Message-ID']) {
      const where = `${operation.name}, ${header} of ${other.slug} by ${who.slug}`
      scene.tally.probe('A1 mail')
      const [taken, free] = [
        await send(who, where, from, [`${header}: ${theirs}`]),
        await send(who, where, from, [`${header}: ${nobodys}`]),
      ]
      scene.same(where, taken, free, 'made')
    }
  }
}
