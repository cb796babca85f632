/** The answers of one tenant's commands, by key: claimed, kept, recalled and cleared away, inside the command's transaction. */
import { type Answer, httpErrors, type KeyedRequest } from '@rowhouse/http'
import { seal, unseal } from '@rowhouse/kernel'
import type { Execute } from '@rowhouse/tenancy'

export interface KeptAnswers {
  /**
   * Takes the key for this transaction, or gives the answer that the request had before. A claim of another transaction
   * that has not ended is waited for, as long as PostgreSQL's `lock_timeout` allows.
   *
   * @throws http.idempotency_in_flight, http.idempotency_key_reused, http.idempotency_answer_expired
   */
  claim(execute: Execute, tenantId: string, request: KeyedRequest, secret: boolean): Promise<Answer | null>
  /** Writes the answer under the key that this transaction has claimed. */
  keep(execute: Execute, tenantId: string, request: KeyedRequest, answer: Answer, secret: boolean): Promise<void>
}

/**
 * @param table with its schema: it is the same in every house
 * @param sealKeys of 32 bytes; the first seals, all unseal
 */
export function keptAnswers(table: string, sealKeys: readonly Buffer[]): KeptAnswers {
  const { claimKey, recallKey, forgetExpired, keepAnswer } = statementsOn(table)

  function opened(tenantId: string, { keyHash }: KeyedRequest, row: Row): Answer {
    const bytes = row.secret && row.answer ? unseal(sealKeys, row.answer, bound(tenantId, keyHash)) : row.answer
    if (bytes === null) throw httpErrors.idempotencyAnswerExpired()
    return JSON.parse(bytes.toString()) as Answer
  }

  return {
    async claim(execute, tenantId, request, secret) {
      const { keyHash, requestHash } = request
      // A second round is for a key that has expired, or that another transaction has just cleared away.
      for (let round = 0; round < 3; round += 1) {
        const claimed = await execute(claimKey, [keyHash, requestHash, secret]).catch(whileClaimed)
        if (claimed.rows.length === 1) return null
        const { rows } = await execute(recallKey, [keyHash])
        const [row] = rows as unknown as [Row?]
        if (row?.expired) await execute(forgetExpired, [keyHash])
        else if (row && !row.requestHash.equals(requestHash)) throw httpErrors.idempotencyKeyReused()
        else if (row) return opened(tenantId, request, row)
      }
      throw httpErrors.idempotencyInFlight()
    },

    async keep(execute, tenantId, { keyHash }, answer, secret) {
      const bytes = Buffer.from(JSON.stringify(answer))
      await execute(keepAnswer, [keyHash, secret ? seal(sealKeys[0]!, bytes, bound(tenantId, keyHash)) : bytes])
    },
  }
}

interface Row {
  readonly requestHash: Buffer
  readonly answer: Buffer | null
  readonly secret: boolean
  readonly expired: boolean
}

/** A sealed answer that is put under another key, or into another tenant's house, does not open there. */
const bound = (tenantId: string, keyHash: Buffer) => Buffer.concat([Buffer.from(tenantId), keyHash])

/** SQLSTATE lock_not_available: the wait was as long as `lock_timeout`. */
function whileClaimed(error: unknown): never {
  if ((error as { readonly code?: string }).code === '55P03') throw httpErrors.idempotencyInFlight({ cause: error })
  throw error
}

/** Whoever claims a key clears away a few that are over: as fast as keys come, and never many at once. */
const statementsOn = (table: string) => ({
  claimKey: `
    with expired as (
      select key_hash from ${table} where expires_at <= now() and key_hash <> $1
      order by expires_at limit 10 for update skip locked
    ), removed as (
      delete from ${table} k using expired where k.key_hash = expired.key_hash
    ), over as (
      select key_hash from ${table} where secret_until <= now() and answer is not null and expires_at > now()
      order by secret_until limit 10 for update skip locked
    ), erased as (
      update ${table} k set answer = null from over where k.key_hash = over.key_hash
    )
    insert into ${table} (key_hash, request_hash, secret_until, expires_at)
    values ($1, $2, case when $3::boolean then now() + interval '10 minutes' end, now() + interval '24 hours')
    on conflict do nothing
    returning key_hash`,

  recallKey: `
    select
      request_hash, case when secret_until <= now() then null else answer end as answer,
      secret_until is not null as secret, expires_at <= now() as expired
    from ${table}
    where key_hash = $1`,

  forgetExpired: `delete from ${table} where key_hash = $1 and expires_at <= now()`,

  keepAnswer: `update ${table} set answer = $2 where key_hash = $1`,
})
