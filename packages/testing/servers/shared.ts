import type { ProgramDeclaration, ServerDeclaration } from './declaration.ts'
import { testingErrors } from './provide.ts'

/** Where the run's coordinator listens; set by it, inherited by vitest's workers. */
export const coordinatorVariable = 'ROWHOUSE_TEST_COORDINATOR'

export type Kind = 'server' | 'program'

/** `found` is a server's URL or a program's path. */
export type Answer = { readonly found: string } | { readonly missing: string } | { readonly error: string }

/**
 * The URL of the run's shared instance, started by the first test file that asks. Make a database of your own on it;
 * never stop it or change it for others: for that there is `startServer`.
 *
 * @throws testing.missing_server with the command that gets it
 */
export async function server(declaration: ServerDeclaration): Promise<string> {
  const answer = await ask('server', declaration)
  if ('missing' in answer) throw testingErrors.missingServer({ operator: answer.missing })
  return answer.found
}

/**
 * Those of the servers that can be had, for tests that run once on each of them:
 * `for (const { title, url } of await servers(postgres18, postgres15)) describe(title, …)`.
 * One that cannot be had is named at the end of the run; with CI=true or ROWHOUSE_TEST_ALL=1 it is a failure.
 */
export async function servers(...declarations: ServerDeclaration[]): Promise<{ title: string; url: string }[]> {
  const found = []
  for (const declaration of declarations) {
    const answer = await ask('server', declaration)
    if ('found' in answer) found.push({ title: declaration.title, url: answer.found })
    else if (areAllRequired()) throw testingErrors.missingServer({ operator: answer.missing })
  }
  return found
}

/**
 * Those of the programs that can be had, for tests that start servers of their own with each of them:
 * `for (const pgbouncer of await available(pgbouncer118, pgbouncer124)) describe(pgbouncer.title, …)`.
 * One that cannot be had is treated as by `servers`.
 */
export async function available<Declaration extends ProgramDeclaration>(
  ...declarations: Declaration[]
): Promise<Declaration[]> {
  const found = []
  for (const declaration of declarations) {
    const answer = await ask('program', declaration)
    if ('found' in answer) found.push(declaration)
    else if (areAllRequired()) throw testingErrors.missingServer({ operator: answer.missing })
  }
  return found
}

const areAllRequired = () => process.env['CI'] === 'true' || process.env['ROWHOUSE_TEST_ALL'] === '1'

async function ask(kind: Kind, { name }: ProgramDeclaration): Promise<Exclude<Answer, { error: string }>> {
  const coordinator = process.env[coordinatorVariable]
  if (!coordinator) throw new Error('Outside of npm test there are no shared servers: use startServer.')
  const response = await fetch(`${coordinator}${kind}/${name}`)
  const answer = (await response.json()) as Answer
  if ('error' in answer) throw new Error(answer.error)
  return answer
}
