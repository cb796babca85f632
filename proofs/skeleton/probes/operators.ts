/** A1, A13: the operators' API, asked by tenants for other tenants. Whatever they name, they are nobody there. */
import { ask } from '../ask.ts'
import { type ApiDocument, operationsOf, put } from '../api.ts'
import { questionOf } from '../forms.ts'
import { absentLike, type Probe } from '../probe.ts'

export const operators: Probe = async ({ scene, who, others }) => {
  const { body } = await ask(scene.platform.origin, { method: 'GET', path: '/operator/openapi.json' })
  for (const operation of operationsOf(JSON.parse(body) as ApiDocument, 'operator')) {
    const where = `${operation.name} by ${who.slug}`
    const naming = (name: string) => {
      const input = operation.inPath.reduce((sofar, field) => put(sofar, [field], name), operation.example)
      return scene.hear(who, where, { question: questionOf(operation, input, who.key), sent: [name] })
    }
    for (const other of others) {
      scene.tally.probe('A1 operators')
      const theirs = await naming(other.id)
      scene.same(`${where}, of ${other.slug}`, theirs, await naming(absentLike(scene.random, other.id)))
      if (theirs.answer.status !== 401) scene.tally.find('told', where, `${theirs.answer.status}`)
    }
  }
}
