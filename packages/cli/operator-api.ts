/** The operators' API, as the command line asks it. */
import { defineErrors } from '@rowhouse/kernel'

export interface OperatorApi {
  readonly origin: string
  readonly key: string
}

export const cliErrors = defineErrors('cli', {
  serverUnreachable: {
    status: 503,
    title: 'Server unreachable',
    detail: 'The server does not answer.',
    operator: 'Start it (`npm start`), or say where it is with ROWHOUSE_URL.',
  },
  refused: {
    status: 400,
    title: 'Refused',
    detail: 'The server refused the request.',
    operator: 'The server’s words say why.',
  },
})

/** @throws cli.server_unreachable, cli.refused with the server's own words */
export async function call<T>({ origin, key }: OperatorApi, method: string, path: string, body?: unknown): Promise<T> {
  const answer = await fetch(`${origin}/operator/v1${path}`, {
    method,
    headers: { authorization: `Bearer ${key}`, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  }).catch((cause: unknown) => {
    throw cliErrors.serverUnreachable({
      operator: `No server answers at ${origin}: start it (npm start), or say where it is with ROWHOUSE_URL.`,
      cause,
    })
  })
  const content = (await answer.json()) as {
    detail?: string
    code?: string
    errors?: { pointer: string; detail: string }[]
  }
  if (answer.ok) return content as T
  const fields = content.errors?.map(({ pointer, detail }) => `\n  ${pointer}: ${detail}`).join('') ?? ''
  throw cliErrors.refused({
    operator: `${content.detail ?? answer.statusText} [${content.code ?? answer.status}]${fields}`,
  })
}

/**
 * Whatever a list holds, page after page.
 *
 * @param onPage hears of each page with all that it says
 */
export async function everyPage<T, Page extends object = object>(
  api: OperatorApi,
  path: string,
  onPage: (page: Page) => void = () => {},
): Promise<T[]> {
  const items: T[] = []
  let cursor: string | null = null
  do {
    const after: string = cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`
    const page: Page & { items: T[]; nextCursor: string | null } = await call(api, 'GET', `${path}?limit=100${after}`)
    items.push(...page.items)
    onPage(page)
    cursor = page.nextCursor
  } while (cursor !== null)
  return items
}
