/** The reference pages and .env.example, from the code that they describe. */
import { catalogue } from '../../apps/server/catalogue.ts'
import { settings } from '../../apps/server/config.ts'
import { configReference, envExample } from '@rowhouse/kernel'

/** Content by path. */
export const referenceFiles = (): Record<string, string> => ({
  'docs/reference/config.md': configReference(settings),
  'docs/reference/errors.md': errorReference(),
  '.env.example': envExample(settings),
})

function errorReference(): string {
  const entries = catalogue.map(
    ({ code, definition: { status, title, detail, operator } }) =>
      `## ${code}\n\n${status} ${title}\n\n- Says: ${detail}\n- Means, for operators: ${operator}\n`,
  )
  return `# Errors\n\nEvery code that an answer, a log line or a command can carry. Codes never change their meaning.\nA thing that is missing and a thing that the caller may not see are one error, by design.\n\n${entries.join('\n')}`
}
