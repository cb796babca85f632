/**
 * What is done at a tenant's home, once it is known where that is: one statement in one flight, a transaction, or anything
 * on the raw connection. A tenant that is not let in shows as the door's own error (RH001 …), or as `LeftBehind`.
 */
import { isError } from '@rowhouse/kernel'
import type pg from 'pg'
import { isConnectionError } from './connections/lost.ts'
import type { Loan, Pools } from './connections/pools.ts'
import type { Placement } from './deployment.ts'
import type { Execute } from './door.ts'
import { beginning, entering, isLeftBehind, LeftBehind, plain } from './entering.ts'
import { tenancyErrors } from './errors.ts'
import type { Proofs } from './proof.ts'
import { type Horizon, nowhere, positionOf } from './replicas/position.ts'
import { type Reads, readFromReplica } from './replicas/read.ts'
import type { Replicas } from './replicas/replicas.ts'
import { sessionOf } from './session.ts'
import { commit, type KnownStatement, position, rollback, type Statements } from './statements.ts'
import { ConnectionLost, fly, type Statement, type StatementResult } from './wire.ts'

export interface VisitOptions {
  readonly pools: Pools
  readonly directPools: Pools
  readonly proofs: Proofs
  readonly statements: Statements
  readonly replicas: Replicas | undefined
}

export function createVisits({ pools, directPools, proofs, statements, replicas }: VisitOptions) {
  const proofOf = (tenantId: string, { epoch }: Placement) => proofs.of(tenantId, epoch)
  /** Asked behind a flight of somebody who will want to find on a replica what there was. */
  const placeBehind = (client: pg.ClientBase, tenantId: string, home: Placement, horizon: Horizon | undefined) =>
    horizon && plain(client, position(tenantId, proofOf(tenantId, home)))

  /** In one flight. */
  async function one(
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
  async function transaction<T>(
    tenantId: string,
    home: Placement,
    work: (execute: Execute) => Promise<T>,
    seen: Horizon | undefined,
  ): Promise<T> {
    const horizon = replicas && seen
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

  const raw = <T>(tenantId: string, home: Placement, work: (client: pg.ClientBase) => Promise<T>): Promise<T> =>
    directPools.lend(
      home.databaseName,
      async (client, doubt) => {
        if (sessionOf(client).pooled) throw needsDirect()
        doubt()
        await fly(client, beginning(client, tenantId, proofOf(tenantId, home)))
        return work(client)
      },
      tenantId,
    )

  return { one, transaction, raw }
}

/**
 * In the schema tier every transaction has its own search path, and a changed path makes PostgreSQL plan a named statement
 * anew: so its name is this schema's own (bench/README.md has the figures).
 */
function named(statement: { readonly text: string; readonly name: string }, { schemaName }: Placement) {
  const { text, name } = statement
  return { text, name: schemaName === 'pooled' ? name : `${name}_${schemaName}` }
}

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
