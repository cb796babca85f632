/**
 * The door: the only way to a tenant's data.
 *
 *   tenant       a customer of the product; everything it owns carries its id
 *   placement    where it lives: cluster, database, schema; the tier follows from them
 *   proof        what this process shows to `rowhouse.enter`, made with a key that no SQL can read
 *   seal         what `enter` leaves in the transaction, and every policy asks for
 *   flight       messages sent together and answered together: one network round trip
 *
 * The database's half is door/0001_door.sql.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { isError } from '@rowhouse/kernel'
import { span, SpanKind } from '@rowhouse/telemetry'
import pg from 'pg'
import type { Catalog } from './catalog.ts'
import type { Pools } from './connections/pools.ts'
import type { Placement } from './deployment.ts'
import { LeftBehind } from './entering.ts'
import { tenancyErrors } from './errors.ts'
import type { Proofs } from './proof.ts'
import type { Horizon } from './replicas/position.ts'
import type { Reads } from './replicas/read.ts'
import type { Replicas } from './replicas/replicas.ts'
import { createStatements } from './statements.ts'
import { createVisits } from './visit.ts'
import { ConnectionLost, type StatementResult } from './wire.ts'

/** Runs one statement as the tenant. */
export type Execute = (text: string, values: readonly unknown[]) => Promise<StatementResult>

export interface Door {
  /**
   * Runs one statement of the tenant in one flight: the door and the statement are one implicit transaction.
   *
   * @throws tenancy.tenant_not_found, tenancy.tenant_moving, tenancy.statement_refused, tenancy.database_unavailable;
   * tenancy.outcome_unknown when the answer to a statement that may have changed something is lost;
   * pg's DatabaseError when the statement itself fails.
   *
   * @param reads what it must show, when a replica may do; without it the primary is asked
   */
  query(tenantId: string, text: string, values: readonly unknown[], reads?: Reads): Promise<StatementResult>
  /**
   * Runs `work` in one transaction of the tenant, READ COMMITTED. BEGIN and the door travel with its first statement.
   *
   * @throws besides what `query` throws: tenancy.outcome_unknown when the connection is lost while committing,
   * tenancy.rolled_back when `work` returned although a statement of it had failed.
   *
   * @param horizon its caller's: advanced to where all that has been committed can be seen
   */
  transaction<T>(tenantId: string, work: (execute: Execute) => Promise<T>, horizon?: Horizon): Promise<T>
  /**
   * Lends the raw connection inside an entered transaction: any command at all, so it is destroyed afterwards and nothing
   * is committed unless `work` commits.
   */
  raw<T>(tenantId: string, work: (client: pg.ClientBase) => Promise<T>): Promise<T>
  /** The same door at a placement that is not in the catalog yet (provisioning) or never will be (the control database). */
  at(place: (tenantId: string) => Placement): Door
}

export interface DoorOptions {
  readonly pools: Pools
  /** Past the pooler, for what needs a session of its own. The same when there is none. */
  readonly directPools?: Pools
  readonly catalog: Catalog
  readonly proofs: Proofs
  /** How long a call waits for a tenant that is being moved. */
  readonly holdMs: number
  /** Where reads may go besides. */
  readonly replicas?: Replicas | undefined
}

/** SQLSTATEs of `rowhouse.enter`. */
const notAdmitted = 'RH001'
const moving = 'RH002'
const wrongIsolation = 'RH003'

export function openDoor({ pools, directPools = pools, catalog, proofs, holdMs, replicas }: DoorOptions): Door {
  const statements = createStatements()
  const visits = createVisits({ pools, directPools, proofs, statements, replicas })

  function doorAt(findPlacement: (tenantId: string) => Promise<Placement>, forget: (tenantId: string) => void): Door {
    /**
     * Calls `attempt` at the tenant's home, and again as long as the door says that the home is another or is moving, or
     * somebody has left something in the session that is in the way.
     */
    async function atHome<T>(tenantId: string, attempt: (home: Placement, afresh: boolean) => Promise<T>): Promise<T> {
      const deadline = performance.now() + holdMs
      let refusedAt: Placement | undefined
      let keptOut = 0
      for (let pauseMs = 5; ; pauseMs = Math.min(pauseMs * 2, 100)) {
        const home = await findPlacement(tenantId)
        if (refusedAt && samePlace(refusedAt, home)) throw tenancyErrors.notAdmitted()
        try {
          return await attempt(home, keptOut > 0)
        } catch (error) {
          if (error instanceof LeftBehind) {
            keptOut += 1
            if (keptOut <= maxKeptOut) continue
            throw tenancyErrors.databaseUnavailable({ operator: error.message, cause: error })
          }
          const answer = doorsAnswer(error)
          if (answer !== notAdmitted && answer !== moving) throw error
          forget(tenantId)
          if (answer === notAdmitted) refusedAt = home
          else if (performance.now() > deadline) throw tenancyErrors.tenantMoving({ cause: error })
          else await sleep(pauseMs)
        }
      }
    }

    return {
      async query(tenantId, text, values, reads) {
        const statement = statements.know(text)
        return traced('tenancy.query', tenantId, () =>
          atHome(tenantId, (home, afresh) =>
            afresh
              ? visits.transaction(tenantId, home, (execute) => execute(text, values), reads?.horizon)
              : visits.one(tenantId, home, statement, values, reads),
          ),
        ).catch((error: unknown) => {
          throw !statement.reads && isLostAnswer(error) ? tenancyErrors.outcomeUnknown({ cause: error }) : error
        })
      },

      transaction: (tenantId, work, horizon) =>
        traced('tenancy.transaction', tenantId, () =>
          atHome(tenantId, (home) => visits.transaction(tenantId, home, work, horizon)),
        ),

      raw: (tenantId, work) => atHome(tenantId, (home) => visits.raw(tenantId, home, work)),

      at: (place) =>
        doorAt(
          async (tenantId) => place(tenantId),
          () => {},
        ),
    }
  }

  return doorAt(async (tenantId) => {
    const entry = await catalog.find(tenantId)
    if (!entry) throw tenancyErrors.tenantNotFound({ operator: `No active tenant ${tenantId}` })
    return entry.placement
  }, catalog.forget)
}

/** Each try closes a session that somebody has spoilt: with a pool of more of them than this, calls fail until it is clean. */
const maxKeptOut = 8

const traced = <T>(name: string, tenantId: string, work: () => Promise<T>): Promise<T> =>
  span(name, { 'db.system.name': 'postgresql', 'rowhouse.tenant.id': tenantId }, work, { kind: SpanKind.CLIENT })

/** The statement was on its way when the connection broke: whether it ran is unknown. */
const isLostAnswer = (error: unknown): boolean =>
  isError(error, tenancyErrors.databaseUnavailable) && error.cause instanceof ConnectionLost && error.cause.sent

const samePlace = (one: Placement, other: Placement) =>
  one.databaseName === other.databaseName && one.schemaName === other.schemaName && one.epoch === other.epoch

function doorsAnswer(error: unknown): string | undefined {
  if (!(error instanceof pg.DatabaseError)) return undefined
  if (error.code === wrongIsolation) throw tenancyErrors.notAdmitted({ operator: error.message, cause: error })
  return error.code
}
