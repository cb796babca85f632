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
import { tenancyErrors } from './errors.ts'
import { isConnectionError, type Loan, type Pools } from './connections/pools.ts'
import type { Proofs } from './proof.ts'
import { begin, commit, createStatements, enter, rollback } from './statements.ts'
import { ConnectionLost, fly, type StatementResult } from './wire.ts'

/** Runs one statement as the tenant. */
export type Execute = (text: string, values: readonly unknown[]) => Promise<StatementResult>

export interface Door {
  /**
   * Runs one statement of the tenant in one flight: the door and the statement are one implicit transaction.
   *
   * @throws tenancy.tenant_not_found, tenancy.tenant_moving, tenancy.statement_refused, tenancy.database_unavailable;
   * tenancy.outcome_unknown when the answer to a statement that may have changed something is lost;
   * pg's DatabaseError when the statement itself fails.
   */
  query(tenantId: string, text: string, values: readonly unknown[]): Promise<StatementResult>
  /**
   * Runs `work` in one transaction of the tenant, READ COMMITTED. BEGIN and the door travel with its first statement.
   *
   * @throws besides what `query` throws: tenancy.outcome_unknown when the connection is lost while committing,
   * tenancy.rolled_back when `work` returned although a statement of it had failed.
   */
  transaction<T>(tenantId: string, work: (execute: Execute) => Promise<T>): Promise<T>
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
  readonly catalog: Catalog
  readonly proofs: Proofs
  /** How long a call waits for a tenant that is being moved. */
  readonly holdMs: number
}

/** SQLSTATEs of `rowhouse.enter`. */
const notAdmitted = 'RH001'
const moving = 'RH002'
const wrongIsolation = 'RH003'

export function openDoor({ pools, catalog, proofs, holdMs }: DoorOptions): Door {
  const statements = createStatements()

  /** A connection is borrowed for the first statement: what a handler does before costs nobody one. */
  async function runTransaction<T>(
    tenantId: string,
    home: Placement,
    work: (execute: Execute) => Promise<T>,
  ): Promise<T> {
    let borrowing: Promise<Loan> | undefined
    let begun = false
    let over = false

    async function send(text: string, values: readonly unknown[]): Promise<StatementResult> {
      if (over) throw tooLate()
      const statement = statements.know(text)
      const sent = { ...named(statement, home), values }
      const { client, doubt } = await (borrowing ??= pools.borrow(home.databaseName))
      if (over) throw tooLate()
      if (statement.doubtful) doubt()
      const answer = fly(client, begun ? [sent] : [begin, enter(tenantId, proofs.of(tenantId, home.epoch)), sent])
      begun = true
      return answer
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
      if (begun) await commitOrThrow(loan!.client)
      return result
    } catch (error) {
      loan ??= await borrowing?.catch(() => undefined)
      over = true
      if (isError(error, tenancyErrors.outcomeUnknown)) loan?.doubt()
      else if (loan && begun) await fly(loan.client, [rollback]).catch(loan.doubt)
      throw isConnectionError(error) ? tenancyErrors.databaseUnavailable({ cause: error }) : error
    } finally {
      loan?.giveBack()
    }
  }

  function doorAt(findPlacement: (tenantId: string) => Promise<Placement>, forget: (tenantId: string) => void): Door {
    /** Calls `attempt` at the tenant's home, and again as long as the door says that the home is another or is moving. */
    async function atHome<T>(tenantId: string, attempt: (home: Placement) => Promise<T>): Promise<T> {
      const deadline = performance.now() + holdMs
      let refusedAt: Placement | undefined
      for (let pauseMs = 5; ; pauseMs = Math.min(pauseMs * 2, 100)) {
        const home = await findPlacement(tenantId)
        if (refusedAt && samePlace(refusedAt, home)) throw tenancyErrors.notAdmitted()
        try {
          return await attempt(home)
        } catch (error) {
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
      async query(tenantId, text, values) {
        const statement = statements.know(text)
        return traced('tenancy.query', tenantId, () =>
          atHome(tenantId, (home) =>
            pools.lend(home.databaseName, (client, doubt) => {
              if (statement.doubtful) doubt()
              const sent = { ...named(statement, home), values }
              return fly(client, [enter(tenantId, proofs.of(tenantId, home.epoch)), sent])
            }),
          ),
        ).catch((error: unknown) => {
          throw !statement.reads && isLostAnswer(error) ? tenancyErrors.outcomeUnknown({ cause: error }) : error
        })
      },

      transaction: (tenantId, work) =>
        traced('tenancy.transaction', tenantId, () => atHome(tenantId, (home) => runTransaction(tenantId, home, work))),

      raw: (tenantId, work) =>
        atHome(tenantId, (home) =>
          pools.lend(home.databaseName, async (client, doubt) => {
            doubt()
            await fly(client, [begin, enter(tenantId, proofs.of(tenantId, home.epoch))])
            return work(client)
          }),
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

/** The connection may be in another tenant's transaction by now. */
const tooLate = () => new Error('A statement came after the end of its transaction: was a promise not awaited?')

const traced = <T>(name: string, tenantId: string, work: () => Promise<T>): Promise<T> =>
  span(name, { 'db.system.name': 'postgresql', 'rowhouse.tenant.id': tenantId }, work, { kind: SpanKind.CLIENT })

/** The statement was on its way when the connection broke: whether it ran is unknown. */
const isLostAnswer = (error: unknown): boolean =>
  isError(error, tenancyErrors.databaseUnavailable) && error.cause instanceof ConnectionLost && error.cause.sent

async function commitOrThrow(client: pg.ClientBase): Promise<void> {
  const { command } = await fly(client, [commit]).catch((cause: unknown) => {
    const unsent = cause instanceof ConnectionLost && !cause.sent
    if (isConnectionError(cause) && !unsent) throw tenancyErrors.outcomeUnknown({ cause })
    throw cause
  })
  if (command !== 'COMMIT') throw tenancyErrors.rolledBack()
}

const samePlace = (one: Placement, other: Placement) =>
  one.databaseName === other.databaseName && one.schemaName === other.schemaName && one.epoch === other.epoch

function doorsAnswer(error: unknown): string | undefined {
  if (!(error instanceof pg.DatabaseError)) return undefined
  if (error.code === wrongIsolation) throw tenancyErrors.notAdmitted({ operator: error.message, cause: error })
  return error.code
}
