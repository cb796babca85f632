/** Every operation that asks who is calling, from the platform's own documents, as a request that is right but for its token. */
import { type Answer, Lost, openConnection } from '../nodes/connection.ts'
import { requestBytes } from '../nodes/request.ts'

export interface Target {
  /** `POST /api/v1/tickets`. */
  readonly name: string
  readonly audience: 'tenant' | 'operator'
  readonly method: string
  readonly path: string
}

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, { readonly security?: readonly unknown[] }>>>>
}

export async function findTargets(origin: string): Promise<Target[]> {
  const of = async (path: string, audience: Target['audience']) => {
    const { paths } = (await (await fetch(origin + path)).json()) as Document
    return Object.entries(paths).flatMap(([template, operations]) =>
      Object.entries(operations)
        .filter(([, { security }]) => security?.length !== 0)
        .map(([verb]): Target => {
          const method = verb.toUpperCase()
          return { name: `${method} ${template}`, audience, method, path: template.replaceAll(/\{\w+\}/g, absentId) }
        }),
    )
  }
  return [...(await of('/openapi.json', 'tenant')), ...(await of('/operator/openapi.json', 'operator'))]
}

/** Nothing has it, so that no call changes anything. */
const absentId = '00000000-0000-4000-8000-000000000000'

export interface Caller {
  /** @throws Lost when the server ended the connection without an answer, twice */
  ask(target: Target, authorization: string, host?: string): Promise<Answer>
  close(): void
}

/** Asks one after the other, on a connection that is opened again when the server has closed it. */
export function createCaller(port: number): Caller {
  let connection: Awaited<ReturnType<typeof openConnection>> | undefined
  async function once(request: Buffer): Promise<Answer> {
    if (!connection?.open) connection = await openConnection(port)
    const answer = await connection.ask(request)
    if (answer.headers.get('connection') === 'close') connection.close()
    return answer
  }
  return {
    async ask({ method, path }, authorization, host = 'localhost') {
      const request = requestBytes({
        method,
        path,
        headers: { host, authorization },
        ...(method !== 'GET' && method !== 'DELETE' && { body: {} }),
      })
      return once(request).catch((error: unknown) => {
        if (!(error instanceof Lost)) throw error
        // It may have closed an idle connection just then.
        connection?.close()
        return once(request)
      })
    },
    close: () => connection?.close(),
  }
}
