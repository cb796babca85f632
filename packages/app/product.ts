/** A product: a list of modules, and how their commands and queries become operations that a server can run. */
import type { Clock } from '@rowhouse/kernel'
import type { Call, Caller, Operation } from '@rowhouse/http'
import type { Once } from '@rowhouse/idempotency'
import type { Emit, Emitting, EventType, Subscriber } from '@rowhouse/events'
import {
  type Door,
  type Execute,
  type ModuleMigrations,
  queryDb,
  type SqlMigrations,
  tenancyErrors,
  tenantDb,
} from '@rowhouse/tenancy'
import type { Actor, TenantOperation } from './module.ts'

/** What a command or query is bound to: the way to its tenant, and what it does on that way. */
export interface Binding {
  readonly door: Door
  /** Stores what commands emit. */
  readonly emitting: Emitting
  /** Keeps answers for an `Idempotency-Key`. */
  readonly once: Once
  readonly clock: Clock
}

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

/** What happens in a product, and what is done about it. An event that others emit is known here by its subscriber. */
export function productEvents(modules: readonly ProductModule[]): {
  readonly events: readonly EventType[]
  readonly subscribers: readonly Subscriber[]
} {
  const exported = [...new Set(modules.flatMap((module) => Object.values(module)))]
  const subscribers = exported.filter((value): value is Subscriber => kindOf(value) === 'subscriber')
  const events = exported.filter((value): value is EventType => kindOf(value) === 'event')
  return { subscribers, events: [...new Set([...events, ...subscribers.map(({ event }) => event)])] }
}

/** What every house is built from, besides the platform's own tables: modules in the order of the list. */
export const productMigrations = (modules: readonly ProductModule[]): ModuleMigrations[] =>
  modules.flatMap((module) => {
    const name = tenantOperations(module)[0]?.module
    return module.migrations && name ? [{ module: name, migrations: module.migrations }] : []
  })

/** Binds a module's command or query to the door through which it will reach its tenant. */
export function bindOperation(operation: TenantOperation, { door, emitting, once, clock }: Binding): Operation {
  const { kind, module, definition } = operation
  const { name, http, summary, description, permission, input, output, accepts, errors = [] } = definition
  const [method, path] = http.split(' ') as [Operation['method'], string]
  const {
    status = method === 'POST' ? 201 : 200,
    secret = false,
    reads: freshness = 'own-writes',
    current,
  } = definition

  const contextOf = ({ input, caller }: Call) => ({
    input,
    tenant: { id: tenantOf(caller) },
    actor: actorOf(caller),
    now: new Date(clock.now()).toISOString(),
  })

  /** Inside the command's transaction: looked at and changed, the thing is one and the same. */
  async function change(call: Call, execute: Execute, emit: Emit): Promise<unknown> {
    const context = { ...contextOf(call), db: tenantDb<never>(execute), emit }
    const thing = call.expects && (await current?.(context))
    // What is not there is for the command itself to say, as it does without a condition.
    if (thing !== undefined) call.expects!(thing)
    return definition.handle(context)
  }

  const changing = <Answer>(
    call: Call,
    run: (work: (execute: Execute) => Promise<unknown>) => Promise<Answer>,
  ): Promise<Answer> => emitting(tenantOf(call.caller), run, (execute, emit) => change(call, execute, emit))

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
    etag: definition.etag ?? (method === 'GET' || current !== undefined),
    conditional: current !== undefined,
    consistent: true,
    ...(kind === 'query'
      ? {
          run: (call) =>
            definition.handle({
              ...contextOf(call),
              db: queryDb(door, tenantOf(call.caller), { freshness, horizon: call.horizon }),
              emit: tellsNothing,
            }),
        }
      : {
          run: (call) => changing(call, (work) => door.transaction(tenantOf(call.caller), work, call.horizon)),
          runOnce: (call, request) =>
            changing(call, (work) => once.run(tenantOf(call.caller), request, work, { secret, horizon: call.horizon })),
        }),
  }
}

/** A query has no `emit` in its types. */
const tellsNothing: Emit = () => {
  throw new Error('A query cannot emit')
}

/** What the door can answer besides the module's own errors. */
const doorErrors = {
  query: [
    tenancyErrors.consistencyTokenRefused,
    tenancyErrors.tenantMoving,
    tenancyErrors.poolExhausted,
    tenancyErrors.databaseUnavailable,
  ],
  command: [
    tenancyErrors.consistencyTokenRefused,
    tenancyErrors.tenantMoving,
    tenancyErrors.poolExhausted,
    tenancyErrors.databaseUnavailable,
    tenancyErrors.outcomeUnknown,
  ],
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

const kindOf = (value: unknown): unknown =>
  typeof value === 'object' && value !== null && 'kind' in value ? value.kind : undefined

const isTenantOperation = (value: unknown): value is TenantOperation =>
  typeof value === 'object' && value !== null && 'kind' in value && 'definition' in value && 'module' in value
