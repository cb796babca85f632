/** Makes a client from a table of operations. */
import { type Auth, nobody } from './auth.ts'
import type { Consistency } from './consistency.ts'
import { type ClientOptions, type Connection, openConnection } from './connection.ts'
import type { ChangeOptions, Operation, Operations } from './operation.ts'
import { type Page, pagesOf } from './pages.ts'
import { send } from './send.ts'

/** A client of an API whose methods `Api` describes: `client.tickets.open({ … })`. */
export type Connected<Api> = Api & {
  /** The same client in somebody else's name. It shares connection, retry budget and options. */
  as(auth: Auth): Connected<Api>
  /** What this client has done and seen, for others to go on from. */
  readonly consistency: Consistency
}

/** `Api` is the interface that was generated together with the table. */
export const connect = <Api>(operations: Operations, options: ClientOptions): Connected<Api> =>
  bind<Api>(operations, openConnection(options), options.auth ?? nobody)

function bind<Api>(operations: Operations, connection: Connection, auth: Auth): Connected<Api> {
  const { token, include } = connection.sightOf(auth)
  const client = { as: (other: Auth) => bind<Api>(operations, connection, other), consistency: { token, include } }
  for (const [name, operation] of Object.entries(operations)) {
    const words = name.split('.').map(camelCase)
    place(client, words, methodOf(connection, auth, name, operation))
  }
  return client as Connected<Api>
}

function methodOf(connection: Connection, auth: Auth, name: string, operation: Operation) {
  const call = (input: unknown, options: ChangeOptions = {}) => {
    if ('ifMatch' in options && options.ifMatch === undefined) throw new TypeError('ifMatch is undefined')
    return send(connection, auth, { name, operation, input, options })
  }
  if (operation.paged === undefined) return async (input?: unknown, options?: ChangeOptions) => call(input, options)
  return (input: object = {}, options?: ChangeOptions) =>
    pagesOf(
      async (cursor) => (await call(cursor === undefined ? input : { ...input, cursor }, options)) as Page<unknown>,
    )
}

type Methods = Record<string, unknown>

function place(client: Methods, words: readonly string[], method: unknown): void {
  const [first = '', ...rest] = words
  if (rest.length === 0) client[first] = method
  else place((client[first] ??= {}) as Methods, rest, method)
}

const camelCase = (word: string) => word.replaceAll(/-(\w)/g, (_, letter: string) => letter.toUpperCase())
