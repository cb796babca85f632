/** Operations of the platform itself, on services instead of a tenant's tables. */
import type { ErrorCode } from '@rowhouse/kernel'
import type { Call, Method, Operation, Permission } from '@rowhouse/http'
import type { Once } from '@rowhouse/idempotency'
import { type Execute, tenancyErrors } from '@rowhouse/tenancy'
import type { z } from 'zod'

interface PlatformDefinition<Input extends z.ZodType, Output extends z.ZodType> {
  readonly name: string
  readonly audience: Operation['audience']
  readonly http: `${Method} /${string}`
  readonly summary: string
  readonly description?: string
  /** Null where being an operator is enough, and for anybody. */
  readonly permission: Permission | null
  readonly input: Input
  readonly output: Output
  readonly status?: Operation['status']
  readonly errors?: readonly ErrorCode[]
  /** Keeps answers where the effect is, in one transaction with it. Without it no `Idempotency-Key` is taken. */
  readonly once?: Once
  /** The answer holds a secret: for an `Idempotency-Key` it is kept sealed, and for minutes. */
  readonly secret?: boolean
  /** @param execute of the transaction in which the answer will be kept; absent for a request without a key */
  handle(call: Call<z.output<Input>>, execute?: Execute): Promise<z.input<Output>>
}

export function platformOperation<Input extends z.ZodType, Output extends z.ZodType>(
  definition: PlatformDefinition<Input, Output>,
): Operation {
  const { name, http, handle, errors = [], once, secret = false, ...rest } = definition
  const [method, path] = http.split(' ') as [Method, string]
  const { status = method === 'POST' ? 201 : 200 } = definition
  return {
    ...rest,
    name,
    module: name.split('.')[0]!,
    method,
    path,
    status,
    errors: [...errors, tenancyErrors.poolExhausted, tenancyErrors.databaseUnavailable],
    run: (call) => handle(call as Call<z.output<Input>>),
    ...(once && {
      runOnce: (call, request) =>
        once.run(call.caller.tenantId!, request, (execute) => handle(call as Call<z.output<Input>>, execute), {
          secret,
        }),
    }),
  }
}
