/**
 * A typed client of the helpdesk's API, for browsers and Node 20 or newer, without dependencies.
 *
 * ```ts
 * const client = createClient({ origin: 'https://acme.example.com', auth: apiKey('rhk_…') })
 * for await (const ticket of client.tickets.list({ status: 'open' })) console.log(ticket.subject)
 * ```
 */
import { type Api, type ErrorCode, operations } from './api/tenant.ts'
import { type Connected, connect } from './connect.ts'
import type { ClientOptions } from './connection.ts'
import { isProblemOf } from './errors.ts'

export type Client = Connected<Api>

export const createClient = (options: ClientOptions): Client => connect<Api>(operations, options)

/** Whether the API answered so: `isProblem(error, 'desk.ticket_closed')`. Without a code: with any problem. */
export const isProblem = isProblemOf<ErrorCode>()

export type * from './api/tenant.ts'
export { type Auth, apiKey, nobody } from './auth.ts'
export { type Connected, connect } from './connect.ts'
export type { Attempt, ClientOptions } from './connection.ts'
export type { Consistency } from './consistency.ts'
export { ApiError, CallError, NoAnswer, SessionEnded } from './errors.ts'
export { etagOf } from './etags.ts'
export type { Bytes, CallOptions, ChangeOptions, CommandOptions, Operation, Operations } from './operation.ts'
export type { Page, Pages } from './pages.ts'
export type { RetryOptions } from './retries.ts'
export { type SessionOptions, session } from './session.ts'
