/**
 * Statements on the wire: several in one flight of the extended query protocol, with one Sync at the end.
 *
 * Between two Syncs PostgreSQL runs everything as one implicit transaction, so a flight of (enter, statement) costs one
 * round trip where BEGIN, set_config, statement, COMMIT cost four.
 * Source: PostgreSQL documentation, "Message Flow", sections Extended Query and Pipelining.
 */
import type pg from 'pg'
import { DatabaseError, serialize } from 'pg-protocol'
import { type Session, sessionOf } from './session.ts'
import { columnNames, columnParsers, toParameter, type Column } from './values.ts'

/** One statement. With a name it is parsed once per connection; names are made by `Statements`, never by hand. */
export interface Statement {
  readonly text: string
  readonly name: string
  readonly values: readonly unknown[]
  /** Its name is given up again in the same flight. */
  readonly fleeting?: boolean
}

export interface StatementResult {
  /** As the server names it: SELECT, INSERT, COMMIT, ROLLBACK … */
  readonly command: string
  readonly rowCount: number
  readonly rows: Record<string, unknown>[]
  /** Rows of the statement behind the flight, when there was one and its answer came. */
  readonly behind?: Record<string, unknown>[]
}

/**
 * Sends `statements` in one flight and resolves to the result of the last.
 *
 * @param behind sent in the same write, after the Sync: it runs when all that is before it has been committed, and whether
 * it succeeds changes nothing for that.
 * @throws TypeError at once, with nothing sent, when a value cannot be a parameter. Rejects with pg's DatabaseError when a
 * statement fails: the ones after it did not run, and the implicit transaction is rolled back. ConnectionLost when no
 * answer came: whether the statements ran is unknown, unless they were never sent.
 */
export function fly(
  client: pg.ClientBase,
  statements: readonly Statement[],
  behind?: Statement,
): Promise<StatementResult> {
  const { promise, resolve, reject } = Promise.withResolvers<StatementResult>()
  client.query(new Flight(client, statements.map(writable), behind && writable(behind), resolve, reject))
  return promise
}

const writable = (statement: Statement): Statement => ({ ...statement, values: statement.values.map(toParameter) })

/** The connection broke before the server's answer. */
export class ConnectionLost extends Error {
  /** False when the connection was gone already: then nothing of the flight ran. */
  readonly sent: boolean

  constructor(cause: unknown, sent: boolean) {
    super(`The connection to PostgreSQL was lost: ${cause instanceof Error ? cause.message : String(cause)}`, { cause })
    this.sent = sent
  }
}

/** The statement of its flight at which PostgreSQL raised this error. */
export const failedAt = (error: DatabaseError): Statement | undefined => failures.get(error)

const failures = new WeakMap<DatabaseError, Statement>()

/** The part of pg's connection that a Submittable is handed, which its types leave out. */
interface Connection extends NodeJS.EventEmitter {
  readonly stream: NodeJS.WritableStream
}

/** A server holds this many named statements per connection; the least recently used is closed for the next. */
const maxPrepared = 256

/** SQLSTATE feature_not_supported: "cached plan must not change result type". */
const planChanged = '0A000'

interface Message<T> {
  readonly fields: T[]
}

class Flight implements pg.Submittable {
  /** In it pg keeps whose the next message is. */
  readonly #client: pg.ClientBase
  readonly #session: Session
  /** In the order of their answers: at last, maybe, the one behind. */
  readonly #statements: readonly Statement[]
  readonly #resolve: (result: StatementResult) => void
  readonly #reject: (error: Error) => void
  #sent = false
  #current = 0
  #columns: Column[] | undefined
  #rows: Record<string, unknown>[] = []
  #last: StatementResult | undefined
  readonly #behind: Statement | undefined
  /** The first Sync has been answered. */
  #landed = false
  #result: StatementResult | undefined

  constructor(
    client: pg.ClientBase,
    statements: readonly Statement[],
    behind: Statement | undefined,
    resolve: (result: StatementResult) => void,
    reject: (error: Error) => void,
  ) {
    this.#client = client
    this.#session = sessionOf(client)
    this.#statements = behind ? [...statements, behind] : statements
    this.#behind = behind
    this.#resolve = resolve
    this.#reject = reject
  }

  submit(connection: pg.Connection): void {
    const messages: Buffer[] = []
    for (const statement of this.#statements) {
      if (statement === this.#behind) messages.push(serialize.sync())
      this.#write(statement, messages)
    }
    // Before anything that may fail: what follows an error is skipped, and a name that is not closed stays taken.
    messages.unshift(...this.#session.closing.splice(0).map((name) => serialize.close({ type: 'S', name })))
    messages.push(serialize.sync())
    this.#sent = true
    this.#session.waiting = true
    ;(connection as unknown as Connection).stream.write(Buffer.concat(messages))
    this.#columns = this.#knownColumns(0)
  }

  #write({ name: wanted, text, values, fleeting = false }: Statement, messages: Buffer[]): void {
    const { prepared, parsing, named } = this.#session
    const name = named ? wanted : ''
    const known = name !== '' && prepared.has(name)
    if (known) {
      const columns = prepared.get(name)
      prepared.delete(name)
      prepared.set(name, columns)
    } else {
      if (name !== '') {
        if (prepared.size + parsing.length >= maxPrepared) this.#forget(prepared.keys().next().value)
      }
      parsing.push(fleeting ? '' : name)
      messages.push(serialize.parse({ name, text }))
    }
    messages.push(serialize.bind({ statement: name, values: values as unknown[] }))
    if (!known || !prepared.get(name)) messages.push(serialize.describe({ type: 'P' }))
    messages.push(serialize.execute())
    if (fleeting) messages.push(serialize.close({ type: 'S', name }))
  }

  #forget(name = ''): void {
    if (this.#session.prepared.delete(name)) this.#session.closing.push(name)
  }

  handleRowDescription({ fields }: Message<{ name: string; dataTypeID: number }>): void {
    const names = columnNames(fields)
    const parsers = columnParsers(fields)
    this.#columns = names.map((name, at) => ({ name, parse: parsers[at]! }))
    const statement = this.#statements[this.#current]
    const { prepared } = this.#session
    if (statement && prepared.has(statement.name)) prepared.set(statement.name, this.#columns)
  }

  handleDataRow({ fields }: Message<string | null>): void {
    const row: Record<string, unknown> = {}
    const columns = this.#columns!
    try {
      for (let at = 0; at < fields.length; at += 1) {
        const { name, parse } = columns[at]!
        const text = fields[at]!
        row[name] = text === null ? null : parse(text)
      }
      this.#rows.push(row)
    } catch (error) {
      // Thrown here it would end the process: this runs in the socket's event handler.
      this.#reject(error as Error)
    }
  }

  handleCommandComplete({ text }: { text: string }): void {
    const words = text.split(' ')
    this.#last = { command: words[0]!, rowCount: Number(words.at(-1)) || 0, rows: this.#rows }
    this.#rows = []
    this.#current += 1
    this.#columns = this.#knownColumns(this.#current)
  }

  #knownColumns(at: number): Column[] | undefined {
    const statement = this.#statements[at]
    return statement && this.#session.prepared.get(statement.name)
  }

  handleReadyForQuery(): void {
    this.#session.waiting = this.#behind !== undefined && !this.#landed
    if (!this.#behind) this.#settle(this.#last)
    else if (this.#landed) this.#settle(this.#result, this.#last!.rows)
    else this.#awaitBehind()
  }

  /** The answer to the second Sync is this flight's, too: pg would give it to the next query. */
  #awaitBehind(): void {
    this.#landed = true
    this.#result = this.#last
    this.#current = this.#statements.length - 1
    this.#columns = this.#knownColumns(this.#current)
    this.#takeTurn()
  }

  #takeTurn(): void {
    Object.assign(this.#client, { _activeQuery: this, readyForQuery: false })
  }

  #settle(result: StatementResult | undefined, behind?: Record<string, unknown>[]): void {
    if (result) this.#resolve(behind ? { ...result, behind } : result)
    else this.#reject(new Error('The flight ended without a result'))
  }

  handleError(error: Error): void {
    // What is behind failed, or was never answered: what is before it was committed all the same.
    if (this.#landed) return this.#settle(this.#result)
    if (!(error instanceof DatabaseError)) return this.#reject(new ConnectionLost(error, this.#sent))
    const failed = this.#statements[this.#current]
    if (failed) failures.set(error, failed)
    this.#giveUpParsing()
    // A migration changed the columns that it returns: parsed again, it works again.
    if (error.code === planChanged) this.#forget(failed?.name)
    if (this.#behind) this.#takeTurn()
    this.#reject(error)
  }

  /** What follows an error is skipped up to the Sync. A pooler has seen it, though, and takes those names for taken. */
  #giveUpParsing(): void {
    const { parsing, closing, pooled } = this.#session
    const behind = this.#behind !== undefined && parsing.at(-1) === this.#behind.name ? parsing.splice(-1) : []
    if (pooled) closing.push(...parsing.filter((name) => name !== ''))
    this.#session.parsing = behind
  }

  handleEmptyQuery(): void {
    this.handleCommandComplete({ text: '' })
  }

  handlePortalSuspended(): void {}
  handleCopyInResponse(connection: { sendCopyFail(message: string): void }): void {
    connection.sendCopyFail('COPY is not admitted')
  }
  handleCopyData(): void {}
}

export { DatabaseError }
