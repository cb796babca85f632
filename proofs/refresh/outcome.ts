/** What a client learns when it renews its session. */
import { type Answer, type Connection, Lost } from '../nodes/connection.ts'
import { requestBytes } from '../nodes/request.ts'

export interface Tokens {
  readonly accessToken: string
  readonly refreshToken: string
}

export type Outcome =
  | { readonly kind: 'renewed'; readonly tokens: Tokens }
  /** 401: sign in again. */
  | { readonly kind: 'over' }
  /** 503: ask again. */
  | { readonly kind: 'later' }
  /** No answer, or not whole: ask again. */
  | { readonly kind: 'unknown' }

export const refreshRequest = (refreshToken: string): Buffer =>
  requestBytes({ method: 'POST', path: '/auth/refresh', body: { refreshToken } })

/** @throws Error for an answer that no client could make sense of */
export function outcomeOf({ status, body }: Answer): Outcome {
  if (status === 200) return { kind: 'renewed', tokens: JSON.parse(body) as Tokens }
  if (status === 401) return { kind: 'over' }
  if (status === 503) return { kind: 'later' }
  throw new Error(`A refresh was answered ${status} ${body}`)
}

/** Sends what the connection holds back, or this. */
export const renew = (connection: Connection, request?: Buffer): Promise<Outcome> =>
  connection.ask(request).then(outcomeOf, lost)

export function lost(error: unknown): Outcome {
  if (error instanceof Lost) return { kind: 'unknown' }
  throw error
}
