/** A tenant's tables as Kysely sees them. Kysely is the compiler; what it compiles goes through the door. */
import {
  type AbortableQueryOptions,
  type CompiledQuery,
  DefaultQueryExecutor,
  type Dialect,
  type Driver,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type QueryResult,
} from 'kysely'
import type { Door, Execute } from './door.ts'
import type { Reads } from './replicas/read.ts'
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
export const queryDb = <Tables>(door: Door, tenantId: string, reads?: Reads): TenantDb<Tables> =>
  tenantDb((text, values) => door.query(tenantId, text, values, reads))

/** All statements are one transaction: committed when `work` returns, rolled back when it throws. */
export const transactionDb = <Tables, T>(
  door: Door,
  tenantId: string,
  work: (db: TenantDb<Tables>) => Promise<T>,
): Promise<T> => door.transaction(tenantId, (execute) => work(tenantDb(execute)))

/** The tables behind a way to run statements: those of a transaction are one transaction here too. */
export const tenantDb = <Tables>(execute: Execute): TenantDb<Tables> =>
  new Kysely<Tables>({ ...kysely, executor: new DoorExecutor(execute) }) as unknown as TenantDb<Tables>

/** Hands what Kysely compiled straight to the door: Kysely's own ways of lending a connection cost more than compiling. */
class DoorExecutor extends DefaultQueryExecutor {
  readonly #execute: Execute

  constructor(execute: Execute) {
    super(compiler, adapter, {
      provideConnection: (use) => use({ executeQuery: (query) => this.executeQuery(query), streamQuery }),
    })
    this.#execute = execute
  }

  override async executeQuery<R>(query: CompiledQuery, options?: AbortableQueryOptions): Promise<QueryResult<R>> {
    if (options?.signal) return super.executeQuery(query, options)
    const { rows, rowCount } = await this.#execute(query.sql, query.parameters)
    return { rows: rows as R[], numAffectedRows: BigInt(rowCount) }
  }
}

function streamQuery(): never {
  throw new Error('Read a page at a time: a stream would hold a connection for as long as its reader is slow')
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

/** The transaction is the door's: Kysely neither begins nor ends one. */
const refuse = async (): Promise<never> => {
  throw new Error('A command is one transaction already: there is none inside it')
}

const driver: Driver = {
  init: async () => {},
  acquireConnection: refuse,
  beginTransaction: refuse,
  commitTransaction: refuse,
  rollbackTransaction: refuse,
  releaseConnection: async () => {},
  destroy: async () => {},
}

const dialect: Dialect = {
  createAdapter: () => adapter,
  createDriver: () => driver,
  createQueryCompiler: () => compiler,
  createIntrospector: (db) => new PostgresIntrospector(db),
}

const kysely = { config: { dialect }, dialect, driver }
