/** One call over HTTP, from a chosen address and to a chosen host: fetch lets one choose neither. */
import { once } from 'node:events'
import { type IncomingMessage, request } from 'node:http'
import { text } from 'node:stream/consumers'

export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  // What is under test is unknown JSON.
  // oxlint-disable-next-line no-explicit-any
  readonly body: any
}

export interface CallOptions {
  readonly token?: string
  readonly host?: string
  readonly idempotencyKey?: string
  /** The client's address, one of 127.0.0.0/8. */
  readonly from?: string
}

export type HttpCall = (method: string, path: string, body?: object, options?: CallOptions) => Promise<Answer>

export const httpCall =
  (origin: string): HttpCall =>
  async (method, path, body, { token, host, idempotencyKey, from = '127.0.0.1' } = {}) => {
    const asked = request(origin + path, {
      method,
      localAddress: from,
      headers: {
        ...(body ? { 'content-type': 'application/json' } : {}),
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(host === undefined ? {} : { host }),
        ...(idempotencyKey === undefined ? {} : { 'idempotency-key': idempotencyKey }),
      },
    }).end(body && JSON.stringify(body))
    const [answer] = (await once(asked, 'response')) as [IncomingMessage]
    const content = await text(answer)
    const isJson = answer.headers['content-type']?.includes('json') ?? false
    return { status: answer.statusCode!, headers: answer.headers, body: isJson ? JSON.parse(content) : content }
  }

/** Without what differs from one request to the next. */
export const withoutId = ({ status, body }: Answer) => ({ status, body: { ...body, requestId: '' } })
