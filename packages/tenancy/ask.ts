/** Questions of the platform's own, which belong to no tenant: each is a transaction of its own. */
import type pg from 'pg'
import type { Pools } from './connections/pools.ts'
import { controlPlacement, type Deployment } from './deployment.ts'
import { isLeftBehind, plain } from './entering.ts'
import { sessionOf } from './session.ts'
import { beginAfresh, commit, once, resetSession } from './statements.ts'
import { fly, type Statement } from './wire.ts'

/** Rows by their columns' names in camelCase. */
export type Ask = (
  databaseName: string,
  text: string,
  values?: readonly unknown[],
) => Promise<Record<string, unknown>[]>

/** Asks one of the platform's narrow functions in the control database. */
export type AskControl = (text: string, values: readonly unknown[]) => Promise<Record<string, unknown>[]>

/** @throws tenancy.database_unavailable, tenancy.pool_exhausted, and pg's DatabaseError when the statement fails */
export const askIn =
  (pools: Pools): Ask =>
  async (databaseName, text, values = []) => {
    const { rows } = await pools.lend(databaseName, (client, doubt) => askOnce(client, once(text, values), doubt))
    return rows
  }

export const askControl = (pools: Pools, names: Deployment): AskControl => {
  const ask = askIn(pools)
  return (text, values) => ask(controlPlacement(names).databaseName, text, values)
}

/** As `entering.ts` says of sessions that others have used: what has kept it out has done nothing. */
async function askOnce(client: pg.ClientBase, statement: Statement, doubt: () => void) {
  if (!sessionOf(client).pooled) return fly(client, [statement])
  try {
    return await fly(client, [resetSession, statement])
  } catch (error) {
    if (!isLeftBehind(client, error)) throw error
    // Kept out again, it is in the middle of a transaction: broken off there, the session goes with it.
    doubt()
    const answer = await fly(client, [beginAfresh, resetSession, statement])
    await fly(client, [plain(client, commit)])
    return answer
  }
}
