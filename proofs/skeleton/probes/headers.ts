/** A3: headers that some program or other takes for the tenant's name. Every one that our source knows, and the usual ones. */
import { globSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { inputOf, ownValues, questionOf } from '../forms.ts'
import type { Probe } from '../probe.ts'

export const headers: Probe = async ({ scene, forms, who, others }) => {
  for (const form of forms.filter(({ operation: { method } }) => method === 'GET')) {
    const input = inputOf(scene, form, who, await ownValues(scene, form, who, forms))
    const question = questionOf(form.operation, input, who.key)
    const plain = await scene.own(who, form.operation.name, question)
    const other = scene.random.pick(others)
    for (const name of tried.filter((_, at) => at % scene.size.everyName === 0)) {
      const value = scene.random.pick([other.id, other.slug, other.key])
      const where = `${form.operation.name} with ${name} of ${other.slug} by ${who.slug}`
      const attempt = { question: { ...question, headers: { [name]: value } }, sent: [value] }
      scene.tally.probe('A3 headers')
      scene.same(where, { ...(await scene.hear(who, where, attempt)), sent: [] }, plain)
    }
  }
}

const names = (text: string) => text.trim().split(/\s+/)

/** Those that mean something, and are tried for what they mean. */
const meant = names(`
  host authorization content-type content-length content-encoding transfer-encoding connection expect
  if-match if-none-match idempotency-key
`)

const usual = names(`
  x-tenant-id x-tenant tenant tenant-id x-rowhouse-tenant rowhouse-tenant x-org-id x-account-id x-user-id x-member-id
  x-forwarded-user x-forwarded-for x-real-ip x-forwarded-prefix x-original-url x-rewrite-url x-http-method-override
  x-api-key x-auth-token cookie is-multi-tenant-query baggage
`)

const root = fileURLToPath(new URL('../../../', import.meta.url))
const inSource = globSync('{packages,modules,apps,examples}/**/*.ts', {
  cwd: root,
  exclude: ['**/node_modules/**', '**/*.test.ts', '**/*.fixture.ts'],
})
  .flatMap((file) => [
    ...readFileSync(root + file, 'utf8').matchAll(/['"](x-[a-z-]{3,30})['"]|headers\.(\w+)|headers\['([a-z-]+)'\]/g),
  ])
  .map(([, quoted, dotted, indexed]) => quoted ?? dotted ?? indexed!)
  .filter((name) => /^[a-z-]+$/.test(name))

const tried = [...new Set([...usual, ...inSource])].filter((name) => !meant.includes(name))
