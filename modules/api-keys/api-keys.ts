/** A tenant's API keys: how programs come in. */
import { cursorPage, decodeCursor, encodeCursor, pageInput, permission, platformOperation } from '@rowhouse/app'
import type { Caller, Operation } from '@rowhouse/http'
import type { Once } from '@rowhouse/idempotency'
import { type ApiKeys, identityErrors } from '@rowhouse/identity'
import { z } from 'zod'

export const manageApiKeys = permission('api-keys:write', 'Create, list and revoke API keys')

const example = {
  id: '019a8f3e-7c1a-7b52-9d0e-4f6a2b8c1d02',
  name: 'Shop integration',
  permissions: ['desk:read'],
  memberId: null,
  createdAt: '2026-11-24T09:30:00.000000Z',
}

const fields = {
  id: z.uuid(),
  name: z.string(),
  permissions: z.array(z.string()),
  memberId: z.uuid().nullable(),
  createdAt: z.iso.datetime(),
}

const ApiKey = z.strictObject(fields).meta({ id: 'ApiKey', description: 'An API key, without its secret.', example })

const NewApiKey = z
  .strictObject({
    name: z.string().trim().min(1).max(200).meta({ description: 'What the key is for.' }),
    permissions: z
      .array(z.string().min(1).max(100))
      .min(1)
      .max(100)
      .meta({ description: 'No more than the caller has.' }),
  })
  .meta({ id: 'NewApiKey', example: { name: 'Shop integration', permissions: ['desk:read'] } })

const CreatedApiKey = z
  .strictObject({ ...fields, secret: z.string().meta({ description: 'The key itself. Shown this once.' }) })
  .meta({ id: 'CreatedApiKey', example: { ...example, secret: `rhk_${'A'.repeat(64)}` } })

/**
 * @param permissions every permission that a key can have, by name
 * @param once of the control database, where keys live
 */
export function apiKeyOperations(apiKeys: ApiKeys, permissions: readonly string[], once: Once): Operation[] {
  return [
    platformOperation({
      name: 'api-keys.create',
      audience: 'tenant',
      http: 'POST /api-keys',
      summary: 'Create an API key',
      description: 'The secret is in this answer only. A key can do no more than the key that makes it.',
      permission: manageApiKeys,
      input: NewApiKey,
      output: CreatedApiKey,
      errors: [identityErrors.permissionNotGrantable],
      once,
      secret: true,
      handle({ input, caller }, execute) {
        for (const [at, name] of input.permissions.entries()) refuseUngrantable(caller, name, at, permissions)
        return apiKeys.create(caller.tenantId!, { ...input, memberId: caller.memberId }, execute).then(mutable)
      },
    }),
    platformOperation({
      name: 'api-keys.list',
      audience: 'tenant',
      http: 'GET /api-keys',
      summary: 'List the API keys that are valid',
      permission: manageApiKeys,
      input: z.strictObject({ ...pageInput }),
      output: cursorPage(ApiKey),
      async handle({ input: { cursor, limit }, caller }) {
        const after = cursor === undefined ? null : decodeCursor(cursor, z.tuple([z.uuid()]))[0]
        const keys = await apiKeys.list(caller.tenantId!, { after, limit: limit + 1 })
        const items = keys.slice(0, limit).map(mutable)
        return { items, nextCursor: keys.length > limit ? encodeCursor([items.at(-1)!.id]) : null }
      },
    }),
    platformOperation({
      name: 'api-keys.revoke',
      audience: 'tenant',
      http: 'DELETE /api-keys/:id',
      summary: 'Revoke an API key',
      description: 'It stops working at once on the node that is asked, and within 10 seconds on every other.',
      permission: manageApiKeys,
      input: z.strictObject({ id: z.uuid() }),
      output: z.null(),
      status: 204,
      errors: [identityErrors.apiKeyNotFound, identityErrors.apiKeyStronger],
      once,
      async handle({ input, caller }, execute) {
        await apiKeys.revoke(caller.tenantId!, input.id, caller.permissions, execute)
        return null
      },
    }),
  ]
}

function refuseUngrantable(caller: Caller, name: string, at: number, permissions: readonly string[]): void {
  const errors = (detail: string) => [{ pointer: `/permissions/${at}`, detail }]
  if (name !== '*' && !permissions.includes(name)) {
    throw identityErrors.permissionNotGrantable({ errors: errors(`There is no permission ${name}`) })
  }
  if (!caller.permissions.includes('*') && !caller.permissions.includes(name)) {
    throw identityErrors.permissionNotGrantable({ errors: errors('The calling key does not have it') })
  }
}

const mutable = <Key extends { readonly permissions: readonly string[] }>(key: Key) => ({
  ...key,
  permissions: [...key.permissions],
})
