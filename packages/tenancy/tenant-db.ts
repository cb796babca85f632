/** A tenant's tables as Kysely sees them. Kysely is the compiler; what it compiles goes through the door. */
import {
  type CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type QueryResult,
} from 'kysely'
import type { Door, Execute } from './door.ts'
import { snakeCase } from './values.ts'

declare const throughTheDoor: unique symbol

/**
 * Kysely over one tenant's tables. It exists only inside the door, and a plain Kysely is not assignable to it: a function
 * that takes a `TenantDb` cannot be called without a tenant.
 *
 * Columns are camelCase here and snake_case in SQL.
 */
export type TenantDb<Tables> = Pick<
  Kysely<Tables>,
  | 'selectFrom'
  | 'selectNoFrom'
  | 'insertInto'
  | 'updateTable'
  | 'deleteFrom'
  | 'mergeInto'
  | 'with'
  | 'fn'
  | 'dynamic'
  | 'case'
  | 'getExecutor'
> & { readonly [throughTheDoor]: true }

/** Each statement is a flight, and a transaction, of its own. */
export const queryDb = <Tables>(door: Door, tenantId: string): TenantDb<Tables> =>
  tenantDb((text, values) => door.query(tenantId, text, values))

/** All statements are one transaction: committed when `work` returns, rolled back when it throws. */
export const transactionDb = <Tables, T>(
  door: Door,
  tenantId: string,
  work: (db: TenantDb<Tables>) => Promise<T>,
): Promise<T> => door.transaction(tenantId, (execute) => work(tenantDb(execute)))

function tenantDb<Tables>(execute: Execute): TenantDb<Tables> {
  const connection: DatabaseConnection = {
    async executeQuery<R>({ sql, parameters }: CompiledQuery): Promise<QueryResult<R>> {
      const { rows, rowCount } = await execute(sql, parameters)
      return { rows: rows as R[], numAffectedRows: BigInt(rowCount) }
    },
    streamQuery() {
      throw new Error('Read a page at a time: a stream would hold a connection for as long as its reader is slow')
    },
  }
  return new Kysely<Tables>({ dialect: doorDialect(connection) }) as unknown as TenantDb<Tables>
}

/** Sees snake_case where code says camelCase, at no cost per row. */
class SnakeCaseCompiler extends PostgresQueryCompiler {
  static readonly #known = new Map<string, string>()

  protected override sanitizeIdentifier(identifier: string): string {
    const known = SnakeCaseCompiler.#known.get(identifier)
    if (known) return known
    const name = super.sanitizeIdentifier(snakeCase(identifier))
    if (SnakeCaseCompiler.#known.size < 5_000) SnakeCaseCompiler.#known.set(identifier, name)
    return name
  }
}

const compiler = new SnakeCaseCompiler()
const adapter = new PostgresAdapter()

const doorDialect = (connection: DatabaseConnection): Dialect => ({
  createAdapter: () => adapter,
  createDriver: () => new DoorDriver(connection),
  createQueryCompiler: () => compiler,
  createIntrospector: (db) => new PostgresIntrospector(db),
})

/** The transaction is the door's: Kysely neither begins nor ends one. */
class DoorDriver implements Driver {
  readonly #connection: DatabaseConnection
  constructor(connection: DatabaseConnection) {
    this.#connection = connection
  }
  async init() {}
  async acquireConnection() {
    return this.#connection
  }
  async beginTransaction() {
    throw new Error('A command is one transaction already: there is none inside it')
  }
  async commitTransaction() {}
  async rollbackTransaction() {}
  async releaseConnection() {}
  async destroy() {}
}
