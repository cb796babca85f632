/** Where a caller is in its tenant's history, as far as answers told: sent along, so that no read shows less. */
export interface Consistency {
  /**
   * Give it to another process that goes on where this one is: its reads will show what was done and seen here. Undefined
   * when no answer has told, as on a platform without replicas.
   */
  token(): string | undefined
  /** Goes on from there, and from all that was seen here. */
  include(token: string): void
}

/** Tokens are the server's alone to compare: those of answers that crossed are kept and sent together, until one answer unites them. */
export interface Sight extends Consistency {
  /** What to send. */
  readonly tokens: readonly string[]
  /** Takes the answer's token in place of those that it has taken in. */
  hear(token: string, takenIn: readonly string[]): void
  /** The server does not know them, or not any more. */
  forget(tokens: readonly string[]): void
}

export function createSight(): Sight {
  let tokens: readonly string[] = []
  const without = (others: readonly string[]) => tokens.filter((token) => !others.includes(token))
  return {
    get tokens() {
      return tokens
    },
    token: () => tokens.join(',') || undefined,
    include: (text) => void (tokens = [...new Set([...tokens, ...text.split(',')])]),
    hear: (token, takenIn) => void (tokens = [...without([...takenIn, token]), token]),
    forget: (others) => void (tokens = without(others)),
  }
}

/** As many as the server takes. Whoever sends none is shown what is true at the moment. */
export const maxTokens = 16
