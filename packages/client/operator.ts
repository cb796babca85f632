/** A typed client of the operators' API: `createOperatorClient({ origin, auth: apiKey('rho_…') })`. */
import { type Api, operations } from './api/operator.ts'
import { type Connected, connect } from './connect.ts'
import type { ClientOptions } from './connection.ts'

export type OperatorClient = Connected<Api>

export const createOperatorClient = (options: ClientOptions): OperatorClient => connect<Api>(operations, options)

export type * from './api/operator.ts'
