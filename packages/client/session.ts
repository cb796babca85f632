/** Calls in the name of somebody who signed in: access tokens of minutes, renewed by a refresh token that changes each time. */
import { type Auth, nobody } from './auth.ts'
import type { Connection } from './connection.ts'
import { ApiError, SessionEnded } from './errors.ts'
import { send } from './send.ts'

/** What signing up, signing in and refreshing answer. */
export interface Tokens {
  readonly accessToken: string
  readonly refreshToken: string
  /** Seconds. */
  readonly expiresIn: number
}

export interface SessionOptions extends Partial<Omit<Tokens, 'refreshToken'>> {
  /**
   * The newest refresh token; null when nobody is signed in. Where several clients share one (the tabs of a browser), a
   * function that reads it from where `onRotate` put it: an old one, shown late, ends the session. So does one of somebody
   * else, who signed in meanwhile: a session never goes on as another person, or in another tenant.
   */
  readonly refreshToken: string | (() => string | null | Promise<string | null>)
  /** Keeps the new refresh token, before it is used. */
  readonly onRotate?: (refreshToken: string) => void | Promise<void>
}

/**
 * ```ts
 * const ada = client.as(session(await client.auth.signIn({ email, password })))
 * ```
 *
 * However many calls wait for a new access token, it is asked for once. A lost answer is asked for again at once: for 10
 * seconds, the server gives the same one.
 */
export function session(options: SessionOptions): Auth {
  let access = options.accessToken === undefined ? undefined : accessOf(options.accessToken, options.expiresIn)
  let newest = typeof options.refreshToken === 'string' ? options.refreshToken : null
  let owner = access && ownerOf(access.token)
  let renewing: Promise<string> | undefined

  const current = async () => (typeof options.refreshToken === 'string' ? newest : options.refreshToken())

  async function renew(connection: Connection): Promise<string> {
    const tokens = await refresh(connection, current)
    const isOurs = owner === undefined || owner === ownerOf(tokens.accessToken)
    if (isOurs) {
      newest = tokens.refreshToken
      access = accessOf(tokens.accessToken, tokens.expiresIn)
      owner = ownerOf(tokens.accessToken)
    }
    // Also for the other, whose token this has renewed.
    await options.onRotate?.(tokens.refreshToken)
    if (!isOurs) throw new SessionEnded()
    return tokens.accessToken
  }

  return {
    token(connection, rejected) {
      if (access && access.token !== rejected && Date.now() < access.staleAtMs) return access.token
      const isShared = typeof options.refreshToken === 'function'
      renewing ??= (isShared ? oneTabAtATime(connection.origin, () => renew(connection)) : renew(connection)).finally(
        () => (renewing = undefined),
      )
      return renewing
    },
  }
}

/** Renewed a little early: half a minute, or a tenth of a short life. */
const accessOf = (token: string, expiresInS = Infinity) => ({
  token,
  staleAtMs: Date.now() + (expiresInS - Math.min(30, expiresInS / 10)) * 1000,
})

/** Tenant and member, as the token says; the server alone can tell whether it is true. */
function ownerOf(accessToken: string): string | undefined {
  try {
    const [, payload = ''] = accessToken.split('.')
    const { tid, mid } = JSON.parse(atob(payload.replaceAll('-', '+').replaceAll('_', '/'))) as Record<string, unknown>
    return typeof tid === 'string' && typeof mid === 'string' ? `${tid} ${mid}` : undefined
  } catch {
    return undefined
  }
}

const operation = { method: 'POST', path: '/auth/refresh', public: true } as const
/** Together within the 10 seconds in which the server forgives a repetition. */
const limits = { timeoutMs: 4_000, deadlineMs: 9_000 }

async function refresh(connection: Connection, current: () => Promise<string | null>): Promise<Tokens> {
  const refreshToken = await current()
  if (refreshToken === null) throw new SessionEnded()
  const call = { name: 'auth.refresh', operation, input: { refreshToken }, options: limits, vital: true }
  try {
    return (await send(connection, nobody, call)) as Tokens
  } catch (error) {
    if (!(error instanceof ApiError && isFinal(error))) throw error
    // Another tab was faster, and this one's token was old already.
    if ((await current()) !== refreshToken) return refresh(connection, current)
    throw new SessionEnded({ cause: error })
  }
}

const isFinal = ({ status }: ApiError) => status >= 400 && status < 500 && ![408, 409, 429].includes(status)

/** Web Locks, where there are: two tabs never show one refresh token at a distance. */
function oneTabAtATime<Result>(origin: string, run: () => Promise<Result>): Promise<Result> {
  const { navigator } = globalThis as { navigator?: { locks?: Locks } }
  return navigator?.locks ? navigator.locks.request(`rowhouse session at ${origin}`, run) : run()
}

interface Locks {
  request<Result>(name: string, run: () => Promise<Result>): Promise<Result>
}
