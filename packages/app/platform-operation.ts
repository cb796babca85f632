/** Operations of the platform itself, on services instead of a tenant's tables. */
import type { ErrorCode } from '@rowhouse/kernel'
import type { Call, Method, Operation, Permission } from '@rowhouse/http'
import { tenancyErrors } from '@rowhouse/tenancy'
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
  handle(call: Call<z.output<Input>>): Promise<z.input<Output>>
}

export function platformOperation<Input extends z.ZodType, Output extends z.ZodType>(
  definition: PlatformDefinition<Input, Output>,
): Operation {
  const { name, http, handle, errors = [], ...rest } = definition
  const [method, path] = http.split(' ') as [Method, string]
  const { status = method === 'POST' ? 201 : 200 } = definition
  return {
    ...rest,
    name,
    module: name.split('.')[0]!,
    method,
    path,
    status,
    errors: [...errors, tenancyErrors.databaseUnavailable],
    run: ({ input, ...call }) => handle({ ...call, input: input as z.output<Input> }),
  }
}
