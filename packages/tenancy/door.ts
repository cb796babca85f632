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
import type { Placement } from './deployment.ts'
import { beginning, entering, isLeftBehind, LeftBehind, plain } from './entering.ts'
import { tenancyErrors } from './errors.ts'
import { isConnectionError } from './connections/lost.ts'
import type { Loan, Pools } from './connections/pools.ts'
import type { Proofs } from './proof.ts'
import { sessionOf } from './session.ts'
import { commit, createStatements, type KnownStatement, position, rollback } from './statements.ts'
import { type Horizon, nowhere, positionOf } from './replicas/position.ts'
import { type Reads, readFromReplica } from './replicas/read.ts'
import type { Replicas } from './replicas/replicas.ts'
import { ConnectionLost, fly, type Statement, type StatementResult } from './wire.ts'

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
  const proofOf = (tenantId: string, { epoch }: Placement) => proofs.of(tenantId, epoch)
  /** Asked behind a flight of somebody who will want to find on a replica what there was. */
  const placeBehind = (client: pg.ClientBase, tenantId: string, home: Placement, horizon: Horizon | undefined) =>
    horizon && plain(client, position(tenantId, proofOf(tenantId, home)))

  /** In one flight. */
  async function runOne(
    tenantId: string,
    home: Placement,
    statement: KnownStatement,
    values: readonly unknown[],
    reads: Reads | undefined,
  ): Promise<StatementResult> {
    const sent = { ...named(statement, home), values }
    const proof = proofOf(tenantId, home)
    const horizon = replicas && reads?.horizon
    if (replicas && reads && statement.reads && !statement.doubtful) {
      const found = await readFromReplica(replicas, reads, { tenantId, home, proof, statement: sent })
      if (found) return found
    }
    if (!statement.reads) horizon?.advance(nowhere(home))
    const { lend } = statement.doubtful ? directPools : pools
    const result = await lend(
      home.databaseName,
      (client, doubt) => {
        mind(statement, client, doubt)
        const behind = placeBehind(client, tenantId, home, horizon)
        return fly(client, [entering(client, tenantId, proof), sent], behind).catch((error: unknown) => {
          throw isLeftBehind(client, error) ? new LeftBehind(error) : error
        })
      },
      tenantId,
    )
    horizon?.advance(positionOf(home, result.behind?.[0]))
    return result
  }

  /** A connection is borrowed for the first statement: what a handler does before costs nobody one. */
  async function runTransaction<T>(
    tenantId: string,
    home: Placement,
    work: (execute: Execute) => Promise<T>,
    horizon: Horizon | undefined,
  ): Promise<T> {
    let borrowing: Promise<Loan> | undefined
    let begun = false
    let over = false
    let keptOut: LeftBehind | undefined

    async function send(text: string, values: readonly unknown[]): Promise<StatementResult> {
      if (over) throw tooLate()
      const statement = statements.know(text)
      const sent = { ...named(statement, home), values }
      const { client, doubt } = await (borrowing ??= pools.borrow(home.databaseName, tenantId))
      if (over) throw tooLate()
      mind(statement, client, doubt)
      const ahead = begun ? [] : beginning(client, tenantId, proofOf(tenantId, home))
      const answer = fly(client, [...ahead, sent])
      begun = true
      return answer.catch((error: unknown) => {
        if (!isLeftBehind(client, error)) throw error
        doubt()
        if (ahead.length > 0) throw (keptOut = new LeftBehind(error))
        throw tenancyErrors.databaseUnavailable({ cause: error })
      })
    }

    const execute: Execute = (text, values) => {
      const answer = send(text, values)
      // A handler that forgets to await a statement must not end the process; whoever awaits it still hears of it.
      answer.catch(() => {})
      return answer
    }

    let loan: Loan | undefined
    try {
      const result = await work(execute)
      loan = await borrowing
      over = true
      if (begun) {
        horizon?.advance(nowhere(home))
        const place = await commitOrThrow(loan!.client, placeBehind(loan!.client, tenantId, home, horizon))
        horizon?.advance(positionOf(home, place))
      }
      return result
    } catch (error) {
      loan ??= await borrowing?.catch(() => undefined)
      over = true
      if (isError(error, tenancyErrors.outcomeUnknown)) loan?.doubt()
      else if (loan && begun && !keptOut) await fly(loan.client, [plain(loan.client, rollback)]).catch(loan.doubt)
      throw isConnectionError(error) ? tenancyErrors.databaseUnavailable({ cause: error }) : (keptOut ?? error)
    } finally {
      loan?.giveBack()
    }
  }

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
              ? runTransaction(tenantId, home, (execute) => execute(text, values), replicas && reads?.horizon)
              : runOne(tenantId, home, statement, values, reads),
          ),
        ).catch((error: unknown) => {
          throw !statement.reads && isLostAnswer(error) ? tenancyErrors.outcomeUnknown({ cause: error }) : error
        })
      },

      transaction: (tenantId, work, horizon) =>
        traced('tenancy.transaction', tenantId, () =>
          atHome(tenantId, (home) => runTransaction(tenantId, home, work, replicas && horizon)),
        ),

      raw: (tenantId, work) =>
        atHome(tenantId, (home) =>
          directPools.lend(
            home.databaseName,
            async (client, doubt) => {
              if (sessionOf(client).pooled) throw needsDirect()
              doubt()
              await fly(client, beginning(client, tenantId, proofOf(tenantId, home)))
              return work(client)
            },
            tenantId,
          ),
        ),

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

/**
 * In the schema tier every transaction has its own search path, and a changed path makes PostgreSQL plan a named statement
 * anew: so its name is this schema's own (bench/README.md has the figures).
 */
function named(statement: { readonly text: string; readonly name: string }, { schemaName }: Placement) {
  const { text, name } = statement
  return { text, name: schemaName === 'pooled' ? name : `${name}_${schemaName}` }
}

/** Each try closes a session that somebody has spoilt: with a pool of more of them than this, calls fail until it is clean. */
const maxKeptOut = 8

/** What a statement may leave in its session goes with the session, and behind a pooler that is not ours to end. */
function mind({ doubtful }: KnownStatement, client: pg.ClientBase, doubt: () => void): void {
  if (!doubtful) return
  if (sessionOf(client).pooled) throw needsDirect()
  doubt()
}

const needsDirect = () =>
  tenancyErrors.statementRefused({
    operator:
      'Behind a pooler the door admits no statement that may leave something in its session, and no raw connection. Give DATABASE_DIRECT_URL, the server itself, and send it as a query of its own.',
  })

/** The connection may be in another tenant's transaction by now. */
const tooLate = () => new Error('A statement came after the end of its transaction: was a promise not awaited?')

const traced = <T>(name: string, tenantId: string, work: () => Promise<T>): Promise<T> =>
  span(name, { 'db.system.name': 'postgresql', 'rowhouse.tenant.id': tenantId }, work, { kind: SpanKind.CLIENT })

/** The statement was on its way when the connection broke: whether it ran is unknown. */
const isLostAnswer = (error: unknown): boolean =>
  isError(error, tenancyErrors.databaseUnavailable) && error.cause instanceof ConnectionLost && error.cause.sent

/** @returns what `place` answered when all was committed */
async function commitOrThrow(
  client: pg.ClientBase,
  place: Statement | undefined,
): Promise<Record<string, unknown> | undefined> {
  const { command, behind } = await fly(client, [plain(client, commit)], place).catch((cause: unknown) => {
    const unsent = cause instanceof ConnectionLost && !cause.sent
    if (isConnectionError(cause) && !unsent) throw tenancyErrors.outcomeUnknown({ cause })
    throw cause
  })
  if (command !== 'COMMIT') throw tenancyErrors.rolledBack()
  return behind?.[0]
}

const samePlace = (one: Placement, other: Placement) =>
  one.databaseName === other.databaseName && one.schemaName === other.schemaName && one.epoch === other.epoch

function doorsAnswer(error: unknown): string | undefined {
  if (!(error instanceof pg.DatabaseError)) return undefined
  if (error.code === wrongIsolation) throw tenancyErrors.notAdmitted({ operator: error.message, cause: error })
  return error.code
}
