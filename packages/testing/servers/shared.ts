import type { ServerDeclaration } from './declaration.ts'
import { testingErrors } from './provide.ts'

/** Where the run's coordinator listens; set by it, inherited by vitest's workers. */
export const coordinatorVariable = 'ROWHOUSE_TEST_COORDINATOR'

export type Answer = { readonly url: string } | { readonly missing: string } | { readonly error: string }

/**
 * The URL of the run's shared instance, started by the first test file that asks. Make a database of your own on it;
 * never stop it or change it for others: for that there is `startServer`.
 *
 * @throws testing.missing_server with the command that gets it
 */
export async function server(declaration: ServerDeclaration): Promise<string> {
  const answer = await ask(declaration)
  if ('missing' in answer) throw testingErrors.missingServer({ operator: answer.missing })
  return answer.url
}

/**
 * Those of the servers that can be had, for tests that run once on each of them:
 * `for (const { title, url } of await servers(postgres18, postgres15)) describe(title, …)`.
 * One that cannot be had is named at the end of the run; with CI=true or ROWHOUSE_TEST_ALL=1 it is a failure.
 */
export async function servers(...declarations: ServerDeclaration[]): Promise<{ title: string; url: string }[]> {
  const required = process.env['CI'] === 'true' || process.env['ROWHOUSE_TEST_ALL'] === '1'
  const found = []
  for (const declaration of declarations) {
    const answer = await ask(declaration)
    if ('url' in answer) found.push({ title: declaration.title, url: answer.url })
    else if (required) throw testingErrors.missingServer({ operator: answer.missing })
  }
  return found
}

async function ask({ name }: ServerDeclaration): Promise<Exclude<Answer, { error: string }>> {
  const coordinator = process.env[coordinatorVariable]
  if (!coordinator) throw new Error('Outside of npm test there are no shared servers: use startServer.')
  const response = await fetch(coordinator + name)
  const answer = (await response.json()) as Answer
  if ('error' in answer) throw new Error(answer.error)
  return answer
}
