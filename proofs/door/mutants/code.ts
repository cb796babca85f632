/** The half of the door that is TypeScript, with one precaution less. */
import type { Mutant } from './mutants.ts'
import { statements } from './statements.ts'

export const codeMutants: readonly Mutant[] = [
  {
    name: 'set_config is left executable, and not minded',
    noticedBy: ['probes'],
    probes: ['leftovers'],
    sql: statements(
      'grant execute on function pg_catalog.set_config(text, text, boolean) to public',
      'revoke execute on function pg_catalog.set_config(text, text, boolean) from public',
    ),
    code: { file: 'admission.ts', from: 'doubtful: suspicious.test(text)', to: 'doubtful: false' },
  },
  {
    name: 'every statement is admitted',
    noticedBy: ['probes'],
    probes: ['leftovers'],
    code: { file: 'admission.ts', from: 'if (!admitted.has(word)) {', to: 'if (word === "never") {' },
  },
  {
    name: 'samples are admitted',
    noticedBy: ['probes'],
    probes: ['leftovers'],
    code: { file: 'admission.ts', from: 'if (sample.test(text))', to: 'if (text === "never")' },
  },
  {
    name: 'the raw connection goes back to its pool',
    noticedBy: ['probes'],
    probes: ['destroyed'],
    code: {
      file: 'visit.ts',
      from: 'doubt()\n        await fly(client, beginning',
      to: 'await fly(client, beginning',
    },
  },
]
