/**
 * The vocabulary that modules are written in. A module is an ES module of exported constants:
 *
 * ```ts
 * const { command, query } = module<TicketTables>('tickets')
 * export const migrations = sqlMigrations(import.meta.url, './migrations')
 * export const openTicket = command({ name: 'tickets.open', http: 'POST /tickets', … })
 * ```
 */
import type { Emit, EventType, Subscriber, SubscriberContext } from '@rowhouse/events'
import type { ErrorCode } from '@rowhouse/kernel'
import type { Method, Permission } from '@rowhouse/http'
import type { Freshness, TenantDb } from '@rowhouse/tenancy'
import type { z } from 'zod'

/** Who acts, as a handler sees it. */
export interface Actor {
  readonly kind: 'api-key' | 'member' | 'subscriber'
  /** Of the key, of the session; a subscriber's is its name. */
  readonly id: string
  readonly memberId: string | null
}

/** What a handler gets: its input, its tenant's tables, and who asks. There is nothing ambient besides. */
export interface Context<Tables, Input> {
  readonly input: Input
  /**
   * The tenant's tables. In a command it is one transaction, committed when the handler returns and rolled back when it
   * throws. In a query each statement is a transaction of its own, in one network round trip.
   */
  readonly db: TenantDb<Tables>
  readonly tenant: { readonly id: string }
  readonly actor: Actor
  /** The time of this call, RFC 3339. */
  readonly now: string
}

/** A command may also say what happened. */
export interface CommandContext<Tables, Input> extends Context<Tables, Input> {
  readonly emit: Emit
}

interface Definition<
  Tables,
  Input extends z.ZodType,
  Output extends z.ZodType,
  Given = Context<Tables, z.output<Input>>,
> {
  /** `<module>.<verb>`. */
  readonly name: string
  /** `POST /tickets`, `GET /tickets/:id`: served under /api/v1. */
  readonly http: `${Method} /${string}`
  readonly summary: string
  readonly description?: string
  readonly permission: Permission
  readonly input: Input
  readonly output: Output
  /** 201 for a POST, 200 otherwise, unless said here. */
  readonly status?: 200 | 201 | 204
  /** A media type other than JSON; the input is then the body's bytes. */
  readonly accepts?: string
  readonly errors?: readonly ErrorCode[]
  /** The answer shows the thing as its GET does: it is sent with its entity tag. Of a GET, and with `current`, it does. */
  readonly etag?: boolean
  /**
   * Of a query: how fresh what it reads must be, where there are replicas. `own-writes` unless said here: all that its
   * caller has done or seen. `eventual` is for reports and long lists: of the last seconds, but nothing older than what
   * its caller has seen. `strong` is read from the primary, which has everything.
   */
  readonly reads?: Freshness
  /** The answer holds a secret: for an `Idempotency-Key` it is kept sealed, and for minutes. */
  readonly secret?: boolean
  handle(context: Given): Promise<z.input<Output>>
  /**
   * Of a command that changes one thing: that thing as it is, as the answer would show it, locked until the transaction
   * ends. With it the command takes `If-Match`; it is asked for only when the header is sent.
   */
  current?(context: Context<Tables, z.output<Input>>): Promise<z.input<Output> | undefined>
}

/** Something that changes the tenant's data, or reads it. `kind` decides how `db` runs. */
export interface TenantOperation {
  readonly kind: 'command' | 'query'
  readonly module: string
  readonly definition: Definition<never, z.ZodType, z.ZodType, CommandContext<never, unknown>>
}

/** The words of one module, typed by its tables. */
export interface ModuleWords<Tables> {
  command<Input extends z.ZodType, Output extends z.ZodType>(
    definition: Omit<Definition<Tables, Input, Output, CommandContext<Tables, z.output<Input>>>, 'reads'>,
  ): TenantOperation
  query<Input extends z.ZodType, Output extends z.ZodType>(
    definition: Definition<Tables, Input, Output>,
  ): TenantOperation
  /** Something that happens here: `event('tickets.opened', 1, z.object({ id: z.uuid() }))`. */
  event<Payload extends z.ZodType>(name: `${string}.${string}`, version: number, payload: Payload): EventType<Payload>
  /**
   * Something that is done whenever an event has happened, once in effect: in a transaction of its own, in which the event
   * also counts as handled. Events of one key come one at a time, in order. When it throws it is tried again.
   */
  subscriber<Payload extends z.ZodType>(
    event: EventType<Payload>,
    name: string,
    handle: (context: SubscriberContext<Tables, z.output<Payload>>) => Promise<void>,
  ): Subscriber
}

/** Opens a module: its `command`, `query` and `subscriber` know its tables and no others. */
export function module<Tables>(name: string): ModuleWords<Tables> {
  const operation =
    (kind: TenantOperation['kind']) =>
    (definition: object): TenantOperation => ({
      kind,
      module: name,
      definition: definition as TenantOperation['definition'],
    })
  return {
    command: operation('command'),
    query: operation('query'),
    event: (event, version, payload) => ({ kind: 'event', name: event, version, payload }),
    subscriber: (event, does, handle) => ({
      kind: 'subscriber',
      name: `${name}.${does}`,
      event,
      handle: handle as unknown as Subscriber['handle'],
    }),
  }
}
