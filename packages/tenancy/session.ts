/** What this process knows of one connection beyond what `pg` knows. */
import type pg from 'pg'
import type { Column } from './values.ts'

export interface Session {
  /** Named statements that the server holds, oldest use first, with the columns they return once described. */
  readonly prepared: Map<string, Column[] | undefined>
  /** Names whose Parse is under way. */
  parsing: string[]
  /** Names that the next flight closes. */
  readonly closing: string[]
  /** Names of the settings that the server reported as changed. */
  readonly changedSettings: Set<string>
  /** A pooler stands between: the server's session is another in each transaction, and others have used it before. */
  pooled: boolean
  /** A flight is on its way. */
  waiting: boolean
  /** Statements may have names. A pooler that does not know them would run one where it was never parsed. */
  named: boolean
}

const sessions = new WeakMap<pg.ClientBase, Session>()

export function sessionOf(client: pg.ClientBase): Session {
  const known = sessions.get(client)
  if (known) return known
  const session: Session = {
    prepared: new Map(),
    parsing: [],
    closing: [],
    changedSettings: new Set(),
    pooled: false,
    waiting: false,
    named: true,
  }
  sessions.set(client, session)
  const { connection } = client as pg.ClientBase & { readonly connection: NodeJS.EventEmitter }
  connection.on('parseComplete', () => {
    const name = session.parsing.shift()
    if (name) session.prepared.set(name, undefined)
  })
  connection.on('parameterStatus', ({ parameterName, parameterValue }) => {
    // Reported since PostgreSQL 18: the door sets the path in the schema tier, and it goes back at the transaction's end.
    if (parameterName === 'search_path' && parameterValue === 'pooled') session.changedSettings.delete(parameterName)
    else session.changedSettings.add(parameterName)
  })
  return session
}

/**
 * True when a session setting is not what it was when the connection was made: somebody left state behind. Behind a pooler
 * the reports are about sessions that others use, too; there the door puts everything back before each transaction.
 */
export const isDoubtful = (client: pg.ClientBase): boolean => {
  const { pooled, changedSettings } = sessionOf(client)
  return !pooled && changedSettings.size > 0
}
