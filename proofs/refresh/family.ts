/** One sign-in and the refresh tokens that descend from it, as the clients who hold them see it. */
import type { Count } from '../count.ts'
import type { Outcome, Tokens } from './outcome.ts'

export interface Family {
  /** By generation; the last is the live one, as far as any client knows. */
  readonly tokens: readonly string[]
  readonly newest: string
  /** The access token that came with the newest. */
  readonly accessToken: string
  /** A client was given these for this token. */
  receive(parent: string, tokens: Tokens): void
}

export const harms = {
  two: 'two successors of one token',
  signedOut: 'an honest client signed out',
  alive: 'a revoked family alive',
  wrong: 'the session is not what its clients were told',
} as const

export function createFamily(first: Tokens, where: string, count: Count): Family {
  const tokens = [first.refreshToken]
  let { accessToken } = first
  return {
    tokens,
    get newest() {
      return tokens.at(-1)!
    },
    get accessToken() {
      return accessToken
    },
    receive(parent, { accessToken: access, refreshToken }) {
      const at = tokens.indexOf(parent)
      const known = tokens[at + 1]
      if (at === -1) throw new Error('Nobody gave out this token')
      if (known === undefined) {
        tokens.push(refreshToken)
        accessToken = access
      } else if (known !== refreshToken) {
        count.find({ harm: harms.two, where, saw: `generation ${at + 1} is ${known} and ${refreshToken}` })
      }
    },
  }
}

/** What all of a crowd that showed one token learned. */
export function receiveAll(family: Family, parent: string, outcomes: readonly Outcome[]): void {
  for (const outcome of outcomes) if (outcome.kind === 'renewed') family.receive(parent, outcome.tokens)
}

/** Whose session it is: the first bytes of every refresh token say so. */
export function sessionOf({ newest }: Pick<Family, 'newest'>): { tenantId: string; sessionId: string } {
  const bytes = Buffer.from(newest.slice('rht_'.length), 'base64url')
  const uuid = (at: number) =>
    bytes.toString('hex', at, at + 16).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
  return { tenantId: uuid(0), sessionId: uuid(16) }
}
