/**
 * Statements on the wire: several in one flight of the extended query protocol, with one Sync at the end.
 *
 * Between two Syncs PostgreSQL runs everything as one implicit transaction, so a flight of (enter, statement) costs one
 * round trip where BEGIN, set_config, statement, COMMIT cost four.
 * Source: PostgreSQL documentation, "Message Flow", sections Extended Query and Pipelining.
 */
import type pg from 'pg'
import { DatabaseError, serialize } from 'pg-protocol'
import { columnNames, columnParsers, toParameter, type Column } from './values.ts'

/** One statement. With a name it is parsed once per connection; names are made by `Statements`, never by hand. */
export interface Statement {
  readonly text: string
  readonly name: string
  readonly values: readonly unknown[]
}

export interface StatementResult {
  /** As the server names it: SELECT, INSERT, COMMIT, ROLLBACK … */
  readonly command: string
  readonly rowCount: number
  readonly rows: Record<string, unknown>[]
}

/**
 * Sends `statements` in one flight and resolves to the result of the last.
 *
 * @throws TypeError at once, with nothing sent, when a value cannot be a parameter. Rejects with pg's DatabaseError when a
 * statement fails: the ones after it did not run, and the implicit transaction is rolled back. ConnectionLost when no
 * answer came: whether the statements ran is unknown, unless they were never sent.
 */
export function fly(client: pg.ClientBase, statements: readonly Statement[]): Promise<StatementResult> {
  const { promise, resolve, reject } = Promise.withResolvers<StatementResult>()
  const writable = statements.map((statement) => ({ ...statement, values: statement.values.map(toParameter) }))
  client.query(new Flight(wireOf(client), writable, resolve, reject))
  return promise
}

/** The connection broke before the server's answer. */
export class ConnectionLost extends Error {
  /** False when the connection was gone already: then nothing of the flight ran. */
  readonly sent: boolean

  constructor(cause: unknown, sent: boolean) {
    super(`The connection to PostgreSQL was lost: ${cause instanceof Error ? cause.message : String(cause)}`, { cause })
    this.sent = sent
  }
}

/** True when a session setting is not what it was when the connection was made: somebody left state behind. */
export const isDoubtful = (client: pg.ClientBase): boolean => wireOf(client).changedSettings.size > 0

/** What we know of one connection beyond what `pg` knows. */
interface Wire {
  /** Named statements that the server holds, oldest use first, with the columns they return once described. */
  readonly prepared: Map<string, Column[] | undefined>
  /** Names whose Parse is under way. */
  parsing: string[]
  /** Names that the next flight closes. */
  readonly closing: string[]
  /** Names of the settings that the server reported as changed. */
  readonly changedSettings: Set<string>
}

/** The part of pg's connection that a Submittable is handed, which its types leave out. */
interface Connection extends NodeJS.EventEmitter {
  readonly stream: NodeJS.WritableStream
}

const wires = new WeakMap<pg.ClientBase, Wire>()

/** A server holds this many named statements per connection; the least recently used is closed for the next. */
const maxPrepared = 256

function wireOf(client: pg.ClientBase): Wire {
  const known = wires.get(client)
  if (known) return known
  const wire: Wire = { prepared: new Map(), parsing: [], closing: [], changedSettings: new Set() }
  wires.set(client, wire)
  const { connection } = client as pg.ClientBase & { readonly connection: Connection }
  connection.on('parseComplete', () => {
    const name = wire.parsing.shift()
    if (name) wire.prepared.set(name, undefined)
  })
  connection.on('parameterStatus', ({ parameterName, parameterValue }) => {
    // Reported since PostgreSQL 18: the door sets the path in the schema tier, and it goes back at the transaction's end.
    if (parameterName === 'search_path' && parameterValue === 'pooled') wire.changedSettings.delete(parameterName)
    else wire.changedSettings.add(parameterName)
  })
  return wire
}

/** SQLSTATE feature_not_supported: "cached plan must not change result type". */
const planChanged = '0A000'

interface Message<T> {
  readonly fields: T[]
}

class Flight implements pg.Submittable {
  readonly #wire: Wire
  readonly #statements: readonly Statement[]
  readonly #resolve: (result: StatementResult) => void
  readonly #reject: (error: Error) => void
  #sent = false
  #current = 0
  #columns: Column[] | undefined
  #rows: Record<string, unknown>[] = []
  #result: StatementResult | undefined

  constructor(
    wire: Wire,
    statements: readonly Statement[],
    resolve: (result: StatementResult) => void,
    reject: (error: Error) => void,
  ) {
    this.#wire = wire
    this.#statements = statements
    this.#resolve = resolve
    this.#reject = reject
  }

  submit(connection: pg.Connection): void {
    const messages: Buffer[] = []
    for (const statement of this.#statements) this.#write(statement, messages)
    // Before anything that may fail: what follows an error is skipped, and a name that is not closed stays taken.
    messages.unshift(...this.#wire.closing.splice(0).map((name) => serialize.close({ type: 'S', name })))
    messages.push(serialize.sync())
    this.#sent = true
    ;(connection as unknown as Connection).stream.write(Buffer.concat(messages))
    this.#columns = this.#knownColumns(0)
  }

  #write({ name, text, values }: Statement, messages: Buffer[]): void {
    const { prepared, parsing } = this.#wire
    const known = name !== '' && prepared.has(name)
    if (known) {
      const columns = prepared.get(name)
      prepared.delete(name)
      prepared.set(name, columns)
    } else {
      if (name !== '') {
        if (prepared.size + parsing.length >= maxPrepared) this.#forget(prepared.keys().next().value)
      }
      parsing.push(name)
      messages.push(serialize.parse({ name, text }))
    }
    messages.push(serialize.bind({ statement: name, values: values as unknown[] }))
    if (!known || !prepared.get(name)) messages.push(serialize.describe({ type: 'P' }))
    messages.push(serialize.execute())
  }

  #forget(name = ''): void {
    if (this.#wire.prepared.delete(name)) this.#wire.closing.push(name)
  }

  handleRowDescription({ fields }: Message<{ name: string; dataTypeID: number }>): void {
    const names = columnNames(fields)
    const parsers = columnParsers(fields)
    this.#columns = names.map((name, at) => ({ name, parse: parsers[at]! }))
    const statement = this.#statements[this.#current]
    if (statement?.name) this.#wire.prepared.set(statement.name, this.#columns)
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
    this.#result = { command: words[0]!, rowCount: Number(words.at(-1)) || 0, rows: this.#rows }
    this.#rows = []
    this.#current += 1
    this.#columns = this.#knownColumns(this.#current)
  }

  #knownColumns(at: number): Column[] | undefined {
    const statement = this.#statements[at]
    return statement && this.#wire.prepared.get(statement.name)
  }

  handleReadyForQuery(): void {
    if (this.#result) this.#resolve(this.#result)
    else this.#reject(new Error('The flight ended without a result'))
  }

  handleError(error: Error): void {
    this.#wire.parsing = []
    // A migration changed the columns that it returns: parsed again, it works again.
    if (error instanceof DatabaseError && error.code === planChanged)
      this.#forget(this.#statements[this.#current]?.name)
    this.#reject(error instanceof DatabaseError ? error : new ConnectionLost(error, this.#sent))
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
