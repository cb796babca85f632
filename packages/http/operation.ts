/**
 * An operation: one thing that a caller can ask for over HTTP, with everything that a server, a document and a test need
 * to know about it. Modules do not write these; `command` and `query` of packages/app make them.
 */
import type { ErrorCode } from '@rowhouse/kernel'
import type { Horizon } from '@rowhouse/tenancy'
import type { z } from 'zod'
import type { KeptAnswer, KeyedRequest } from './keyed-request.ts'

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

/** Something that a caller may be allowed to do. Compared by name; made by `permission`. */
export interface Permission {
  /** `<things>:<verb>`, for example `tickets:write`. */
  readonly name: string
  /** What it lets one do, for people who give it away. */
  readonly about: string
}

export const permission = (name: string, about: string): Permission => ({ name, about })

/** Who is calling, as `authenticate` found out. */
export interface Caller {
  readonly kind: 'api-key' | 'member' | 'operator' | 'anybody'
  /** The key's or the session's id: for logs and audit. */
  readonly id: string
  /** The member who acts, or for whom the key acts, if any. */
  readonly memberId: string | null
  /** The tenant to which everything in this call belongs. Operators have none, nor has anybody. */
  readonly tenantId: string | null
  /** Permission names; `*` stands for all of them. */
  readonly permissions: readonly string[]
}

/** The caller of a public operation: whoever it is has shown nothing yet. */
export const anybody: Caller = { kind: 'anybody', id: 'anybody', memberId: null, tenantId: null, permissions: [] }

/** One call of an operation: valid input, a known caller. */
export interface Call<Input = unknown> {
  readonly input: Input
  readonly caller: Caller
  readonly requestId: string
  /** The client's address, for throttling. Never a name for anybody. */
  readonly address: string
  /** The tenant that the request's host names; null on the platform's own hosts. */
  readonly hostTenantId: string | null
  /**
   * There when the request is meant for one state of the thing (If-Match): the operation gives it the thing as it is, and
   * as its answer would show it, and keeps it so until it is done.
   *
   * @throws http.precondition_failed when it is in another state
   */
  readonly expects?: (current: unknown) => void
  /** There when reads may be answered by replicas: what the caller has seen of its tenant, for the answer to go on from. */
  readonly horizon?: Horizon
}

export interface Operation {
  /** `<module>.<verb>`: the operationId of the OpenAPI document, the span's name, the log's `operation`. */
  readonly name: string
  readonly module: string
  readonly summary: string
  readonly description?: string
  /** Who it is for: tenants under /api/v1, operators under /operator/v1, and, with a whole path of its own, anybody. */
  readonly audience: 'tenant' | 'operator' | 'public'
  readonly method: Method
  /** Below the audience's prefix, parameters written `:id`. */
  readonly path: string
  /** The status of success: 201 for what creates, 204 for what has nothing to say, otherwise 200. */
  readonly status: 200 | 201 | 204
  readonly permission: Permission | null
  /**
   * One object for all that comes in: the path's parameters by name, and besides them the query's fields (GET, DELETE)
   * or the JSON body's (POST, PUT, PATCH). Unknown fields are refused. With `accepts`, the body's bytes instead.
   */
  readonly input: z.ZodType
  readonly output: z.ZodType
  /** A media type other than JSON: the body arrives as bytes, and is the input. */
  readonly accepts?: string
  /** What it can answer besides the errors that every operation has. */
  readonly errors: readonly ErrorCode[]
  /** The answer shows the thing as its GET does, and has its entity tag. Of every GET that is true. */
  readonly etag?: boolean
  /** Takes If-Match and If-None-Match: `run` knows `call.expects`. */
  readonly conditional?: boolean
  /** Takes and gives `Rowhouse-Consistency`: `run` knows `call.horizon`. */
  readonly consistent?: boolean
  run(call: Call): Promise<unknown>
  /** Runs it at most once for each key, and gives the first answer again. Without it no `Idempotency-Key` is taken. */
  runOnce?(call: Call, request: KeyedRequest): Promise<KeptAnswer>
}
