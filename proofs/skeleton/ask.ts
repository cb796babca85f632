/** One request as the proof sends it, and its answer to the byte. */
import { Agent, type IncomingMessage, request } from 'node:http'
import { text } from 'node:stream/consumers'

export interface Question {
  readonly method: string
  /** With its query. */
  readonly path: string
  /** The bearer's. */
  readonly token?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

export interface Answer {
  readonly status: number
  /** Names in lower case, in the order of the alphabet. */
  readonly headers: readonly (readonly [name: string, value: string])[]
  readonly body: string
  readonly requestId: string
}

// Names of hosts are only sent, never looked up: everything goes to the one address.
const agent = new Agent({ keepAlive: true, maxSockets: 16 })

/** `headers` may name another host. @throws what the socket throws */
export async function ask(origin: string, { method, path, token, headers, body }: Question): Promise<Answer> {
  const { hostname, port } = new URL(origin)
  const asked = request({
    agent,
    host: hostname,
    port,
    method,
    path,
    headers: {
      host: `localhost:${port}`,
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...(body !== undefined && { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }),
      ...headers,
    },
  })
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>()
  asked.once('response', resolve).once('error', reject).end(body)
  const answer = await promise
  const fields = Object.entries(answer.headersDistinct).flatMap(([name, values = []]) =>
    values.map((value) => [name, value] as const),
  )
  return {
    status: answer.statusCode!,
    headers: fields.toSorted(([a], [b]) => (a < b ? -1 : 1)),
    body: await text(answer),
    requestId: String(answer.headers['x-request-id']),
  }
}

export const isSuccess = ({ status }: Answer): boolean => status >= 200 && status < 300

/** Everything that came, as one text to search. */
export const wholeText = ({ status, headers, body }: Answer): string =>
  [String(status), ...headers.map(([name, value]) => `${name}: ${value}`), '', body].join('\n')

/**
 * The answer with its own name and date blanked, and what the request itself brought along: two of them that differ tell
 * something.
 */
export function comparable(answer: Answer, sent: readonly string[]): string {
  const blanked = answer.headers
    .filter(([name]) => name !== 'date')
    .map(([name, value]) => `${name}: ${value.replaceAll(answer.requestId, '<request>')}`)
  const text = [String(answer.status), ...blanked, '', answer.body.replaceAll(answer.requestId, '<request>')].join('\n')
  return sent.reduce((rest, value) => (value === '' ? rest : rest.replaceAll(value, '<sent>')), text)
}

/** For what was made anew, or changed, at two moments: ids, times, counters and what follows from them differ. */
export const comparableMade = (answer: Answer, sent: readonly string[]): string =>
  comparable(answer, sent)
    .replaceAll(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, '<id>')
    .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, '<time>')
    .replaceAll(/"number":\d+/g, '"number":<number>')
    .replaceAll(/"secret":"[^"]+"/g, '"secret":<secret>')
    .replaceAll(/^(etag|content-length): .*$/gm, '$1: <made>')
