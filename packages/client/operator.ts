/** A typed client of the operators' API: `createOperatorClient({ origin, auth: apiKey('rho_…') })`. */
import { type Api, type ErrorCode, operations } from './api/operator.ts'
import { type Connected, connect } from './connect.ts'
import type { ClientOptions } from './connection.ts'
import { isProblemOf } from './errors.ts'

export type OperatorClient = Connected<Api>

export const createOperatorClient = (options: ClientOptions): OperatorClient => connect<Api>(operations, options)

export const isProblem = isProblemOf<ErrorCode>()

export type * from './api/operator.ts'
