/**
 * Commands that have their effect once, however often they are sent. The key of a request is a row of the tenant's own
 * database, written in the command's transaction: effect and answer are committed together or not at all, and PostgreSQL
 * makes whoever comes with the same key wait until the transaction that has claimed it is over.
 */
import { httpErrors, type KeptAnswer, type KeyedRequest } from '@rowhouse/http'
import { crashPoint, isError, RowhouseError } from '@rowhouse/kernel'
import {
  type Door,
  type Execute,
  type Horizon,
  type ModuleMigrations,
  sqlMigrations,
  tenancyErrors,
} from '@rowhouse/tenancy'
import { claimFirst } from './claim-first.ts'
import { keptAnswers } from './kept-answers.ts'

/** Of every database where tenants live, and of the control database. */
export const idempotencyMigrations: ModuleMigrations = {
  module: 'idempotency',
  migrations: sqlMigrations(import.meta.url, './migrations'),
}

export interface Once {
  /**
   * Runs `work` in a transaction of the tenant and keeps what it answers, or gives what was answered before. A refusal has
   * no effect and is kept as well; where the request may fare better the next time, its key is free again.
   *
   * @param options.secret the answer is sealed, and kept for 10 minutes instead of 24 hours
   * @param options.horizon its caller's: a repetition moves it on as well
   * @throws http.idempotency_in_flight, http.idempotency_key_reused, http.idempotency_answer_expired, and what the door
   * and `work` throw; tenancy.outcome_unknown only when the outcome could not be learned
   */
  run(
    tenantId: string,
    request: KeyedRequest,
    work: (execute: Execute) => Promise<unknown>,
    options?: { readonly secret?: boolean; readonly horizon?: Horizon | undefined },
  ): Promise<KeptAnswer>
}

export interface OnceOptions {
  readonly door: Door
  /** The table of keys, with its schema. */
  readonly table: 'rowhouse.idempotency_keys' | 'control.idempotency_keys'
  /** Of 32 bytes; the first seals, all unseal. */
  readonly sealKeys: readonly Buffer[]
}

export function createOnce({ door, table, sealKeys }: OnceOptions): Once {
  const answers = keptAnswers(table, sealKeys)
  /** What this node is carrying out: a repetition is refused without a connection to wait on. */
  const inFlight = new Map<string, Buffer>()

  return {
    async run(tenantId, request, work, { secret = false, horizon } = {}) {
      const id = `${tenantId} ${request.keyHash.toString('base64')}`
      const other = inFlight.get(id)
      if (other?.equals(request.requestHash)) throw httpErrors.idempotencyInFlight()
      if (other) throw httpErrors.idempotencyKeyReused()
      inFlight.set(id, request.requestHash)
      try {
        return await carryOut(tenantId, request, work, secret, horizon)
      } finally {
        inFlight.delete(id)
      }
    },
  }

  async function carryOut(
    tenantId: string,
    request: KeyedRequest,
    work: (execute: Execute) => Promise<unknown>,
    secret: boolean,
    horizon: Horizon | undefined,
  ): Promise<KeptAnswer> {
    const attempt = () =>
      door.transaction(
        tenantId,
        async (execute) => {
          const key = claimFirst(execute, () => answers.claim(execute, tenantId, request, secret))
          const answer = await work(key.execute)
            .then((result) => request.answer(result))
            .catch(key.orAnswered)
          const before = await key.claimed()
          if (before) return { ...before, replayed: true }
          await answers.keep(execute, tenantId, request, answer!, secret)
          crashPoint('idempotency.kept')
          return { ...answer!, replayed: false }
        },
        horizon,
      )
    try {
      const kept = await attempt().catch((error: unknown) => settle(error, attempt))
      crashPoint('idempotency.committed')
      return kept
    } catch (error) {
      const earlier = await keepRefusal(tenantId, request, error, horizon)
      if (earlier) return earlier
      throw error
    }
  }

  /** @returns the answer that another request with this key had meanwhile */
  async function keepRefusal(
    tenantId: string,
    request: KeyedRequest,
    error: unknown,
    horizon: Horizon | undefined,
  ): Promise<KeptAnswer | null> {
    const refusal = ownErrors.some((code) => isError(error, code)) ? null : request.refusal(error)
    if (refusal === null) return null
    const keep = async (execute: Execute) => {
      const before = await answers.claim(execute, tenantId, request, false)
      if (before) return { ...before, replayed: true }
      await answers.keep(execute, tenantId, request, refusal, false)
      return null
    }
    // Not kept, it is what the next request with this key may be answered anew: nothing has been done.
    return door.transaction(tenantId, keep, horizon).catch(() => null)
  }
}

/** They are about the key, and not what the command answered. */
const ownErrors = [httpErrors.idempotencyInFlight, httpErrors.idempotencyKeyReused, httpErrors.idempotencyAnswerExpired]

/**
 * The answer to COMMIT was lost. A second attempt finds the first one's answer if it was committed, waits for it if it is
 * still being committed, and has the effect itself if it was not.
 */
async function settle(lost: unknown, attempt: () => Promise<KeptAnswer>): Promise<KeptAnswer> {
  if (!isError(lost, tenancyErrors.outcomeUnknown)) throw lost
  try {
    return { ...(await attempt()), replayed: false }
  } catch (error) {
    if (error instanceof RowhouseError && error.status < 500 && !isError(error, httpErrors.idempotencyInFlight))
      throw error
    throw tenancyErrors.outcomeUnknown({
      detail:
        'The connection was lost while the change was being saved. Send the request again with the same Idempotency-Key: it is carried out once, and you get its answer.',
      cause: error,
    })
  }
}
