/** A2, A4: the address of another tenant's house, spelt in every way, with one's own key. */
import { isSuccess, type Question } from '../ask.ts'
import type { Probe } from '../probe.ts'
import { inputOf, ownValues, questionOf } from '../forms.ts'

const spellings: Readonly<Record<string, (host: string) => Partial<Question>>> = {
  plain: (host) => ({ headers: { host } }),
  'upper case': (host) => ({ headers: { host: host.toUpperCase() } }),
  'final dot': (host) => ({ headers: { host: `${host}.` } }),
  port: (host) => ({ headers: { host: `${host}:3000` } }),
  forwarded: (host) => ({ headers: { 'x-forwarded-host': host, forwarded: `host=${host}`, 'x-original-host': host } }),
  'below it': (host) => ({ headers: { host: `x.${host}` } }),
}

export const hosts: Probe = async ({ scene, forms, who, others }) => {
  const hostOf = (slug: string) => `${slug}.localhost`
  for (const form of forms) {
    const { operation } = form
    // Each spelling with what reads, the plain one with everything.
    for (const [name, spell] of Object.entries(
      operation.method === 'GET' ? spellings : { plain: spellings['plain']! },
    )) {
      const where = `${operation.name} at the host of another, ${name}`
      const question = questionOf(
        operation,
        inputOf(scene, form, who, await ownValues(scene, form, who, forms)),
        who.key,
      )
      const at = (slug: string, also: readonly string[]) => {
        const sent = [slug, slug.toUpperCase(), ...also]
        return scene.hear(who, where, { question: { ...question, ...spell(hostOf(slug)) }, sent })
      }
      if (name !== 'below it')
        await scene.own(who, `${operation.name} at its own host, ${name}`, { ...question, ...spell(hostOf(who.slug)) })
      const nobody = await at(`skeleton-${scene.random.hex(8)}`, [])
      if (name === 'forwarded' ? !isSuccess(nobody.answer) : isSuccess(nobody.answer))
        scene.tally.find('told', where, `${nobody.answer.status} at a host of nobody`)
      for (const other of name === 'plain' ? others : others.slice(0, 3)) {
        scene.tally.probe('A4 hosts')
        // The log may say whose the host is that was asked for.
        scene.same(`${where}, of ${other.slug} by ${who.slug}`, await at(other.slug, [other.id]), nobody)
      }
    }
  }
}
