import type { Answer } from '@rowhouse/http'
import type { Execute } from '@rowhouse/tenancy'

export interface ClaimFirst {
  /** Claims the key, then runs the statement; runs none when the request has been answered before. */
  readonly execute: Execute
  /** The answer that the request had before; null when the key is now this transaction's. */
  claimed(): Promise<Answer | null>
  /** Hands on what the work threw, unless the work only broke off because the request has been answered. */
  orAnswered(error: unknown): Promise<null>
}

/** The claim goes before the first statement and not before the work: what comes ahead of it holds no connection. */
export function claimFirst(execute: Execute, claim: () => Promise<Answer | null>): ClaimFirst {
  let claiming: Promise<Answer | null> | undefined
  const claimed = () => (claiming ??= claim())

  async function afterClaim(...statement: Parameters<Execute>): ReturnType<Execute> {
    if (await claimed()) throw new AnsweredBefore()
    return execute(...statement)
  }

  return {
    execute(text, values) {
      const result = afterClaim(text, values)
      // As the door does: a statement that nobody awaits must not end the process.
      result.catch(() => {})
      return result
    },
    claimed,
    async orAnswered(error) {
      if (claiming && (await claiming)) return null
      throw error
    },
  }
}

class AnsweredBefore extends Error {
  constructor() {
    super('The request was answered before: it has no second effect')
  }
}
