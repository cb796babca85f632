/** A product: a list of modules, and how their commands and queries become operations that a server can run. */
import type { Clock } from '@rowhouse/kernel'
import type { Caller, Operation } from '@rowhouse/http'
import {
  type Door,
  type ModuleMigrations,
  queryDb,
  type SqlMigrations,
  tenancyErrors,
  transactionDb,
} from '@rowhouse/tenancy'
import type { Actor, TenantOperation } from './module.ts'

/** An ES module as `import * as tickets from …` gives it: its operations are found among its exports. */
export interface ProductModule {
  readonly migrations?: SqlMigrations
  readonly [name: string]: unknown
}

/** The commands and queries of a module, in the order of their names. */
export const tenantOperations = (module: ProductModule): TenantOperation[] =>
  Object.values(module)
    .filter(isTenantOperation)
    .toSorted((one, other) => one.definition.name.localeCompare(other.definition.name))

/** What every house is built from, besides the platform's own tables: modules in the order of the list. */
export const productMigrations = (modules: readonly ProductModule[]): ModuleMigrations[] =>
  modules.flatMap((module) => {
    const name = tenantOperations(module)[0]?.module
    return module.migrations && name ? [{ module: name, migrations: module.migrations }] : []
  })

/** Binds a module's command or query to the door through which it will reach its tenant. */
export function bindOperation({ kind, module, definition }: TenantOperation, door: Door, clock: Clock): Operation {
  const { name, http, summary, description, permission, input, output, accepts, errors = [], handle } = definition
  const [method, path] = http.split(' ') as [Operation['method'], string]
  const { status = method === 'POST' ? 201 : 200 } = definition
  return {
    name,
    module,
    summary,
    audience: 'tenant',
    method,
    path,
    status,
    permission,
    input,
    output,
    errors: [...errors, ...doorErrors[kind]],
    ...(description === undefined ? {} : { description }),
    ...(accepts === undefined ? {} : { accepts }),
    run({ input, caller }) {
      const tenantId = tenantOf(caller)
      const context = {
        input,
        tenant: { id: tenantId },
        actor: actorOf(caller),
        now: new Date(clock.now()).toISOString(),
      }
      if (kind === 'query') return handle({ ...context, db: queryDb(door, tenantId) })
      return transactionDb<never, unknown>(door, tenantId, (db) => handle({ ...context, db }))
    },
  }
}

/** What the door can answer besides the module's own errors. */
const doorErrors = {
  query: [tenancyErrors.tenantMoving, tenancyErrors.databaseUnavailable],
  command: [tenancyErrors.tenantMoving, tenancyErrors.databaseUnavailable, tenancyErrors.outcomeUnknown],
} as const

function actorOf({ kind, id, memberId }: Caller): Actor {
  if (kind !== 'api-key' && kind !== 'member') throw new Error(`A tenant operation was called by ${kind}`)
  return { kind, id, memberId }
}

/** There is no tenant by default: a call without one does not happen. */
function tenantOf({ tenantId }: Caller): string {
  if (tenantId === null) throw new Error('A tenant operation was called without a tenant')
  return tenantId
}

const isTenantOperation = (value: unknown): value is TenantOperation =>
  typeof value === 'object' && value !== null && 'kind' in value && 'definition' in value && 'module' in value
