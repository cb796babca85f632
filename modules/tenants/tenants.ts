/** The tenants of the deployment, for operators. */
import { cursorPage, decodeCursor, encodeCursor, pageInput, platformOperation } from '@rowhouse/app'
import type { Operation } from '@rowhouse/http'
import { type Tenant as TenantRecord, type Tenants, tenancyErrors } from '@rowhouse/tenancy'
import { z } from 'zod'
import type { Onboard } from './onboarding.ts'
import { Name } from './name.ts'
import { Slug } from './slug.ts'

const id = '019a8f3e-7c1a-7b52-9d0e-4f6a2b8c1d03'

const fields = {
  id: z.uuid(),
  slug: z.string(),
  name: z.string(),
  tier: z.enum(['shared', 'schema', 'database']),
  placement: z.strictObject({
    clusterName: z.string(),
    databaseName: z.string(),
    schemaName: z.string(),
    epoch: z.int(),
  }),
  createdAt: z.iso.datetime(),
}

const example = {
  id,
  slug: 'hooli',
  name: 'Hooli',
  tier: 'schema' as const,
  placement: { clusterName: 'main', databaseName: 'rowhouse_shared_1', schemaName: 't_4f6a2b8c1d03', epoch: 1 },
  createdAt: '2026-11-24T09:30:00.000000Z',
}

const Tenant = z
  .strictObject(fields)
  .meta({ id: 'Tenant', description: 'A customer of the product, and where it lives.', example })

const NewTenant = z
  .strictObject({
    slug: Slug.meta({ description: 'Its name in addresses: `<slug>.<domain>`.', example: 'hooli' }),
    name: Name,
    tier: z.enum(['shared', 'schema', 'database']).default('shared').meta({
      description: 'Rows among others behind row-level security, a schema of its own, or a database of its own.',
    }),
    owner: z.strictObject({ email: z.email().max(254).toLowerCase(), name: Name }),
  })
  .meta({
    id: 'NewTenant',
    example: {
      slug: 'hooli',
      name: 'Hooli',
      tier: 'schema',
      owner: { email: 'gavin@hooli.example', name: 'Gavin Belson' },
    },
  })

const CreatedTenant = z
  .strictObject({
    ...fields,
    owner: z.strictObject({
      memberId: z.uuid(),
      apiKey: z.string().meta({ description: 'A key with every permission. Shown this once.' }),
    }),
  })
  .meta({ id: 'CreatedTenant', example: { ...example, owner: { memberId: id, apiKey: `rhk_${'A'.repeat(64)}` } } })

export function tenantOperations(tenants: Tenants, onboard: Onboard): Operation[] {
  return [
    platformOperation({
      name: 'tenants.create',
      audience: 'operator',
      http: 'POST /tenants',
      summary: 'Create a tenant, in any tier',
      description: 'Answers when the tenant is ready. When it cannot be made, nothing of it is kept.',
      permission: null,
      input: NewTenant,
      output: CreatedTenant,
      errors: [
        tenancyErrors.slugTaken,
        tenancyErrors.noDedicatedDatabase,
        tenancyErrors.provisioningBusy,
        tenancyErrors.provisioningFailed,
      ],
      handle: ({ input }) => onboard(input),
    }),
    platformOperation({
      name: 'tenants.list',
      audience: 'operator',
      http: 'GET /tenants',
      summary: 'List the tenants',
      permission: null,
      input: z.strictObject({ ...pageInput }),
      output: cursorPage(Tenant),
      async handle({ input: { cursor, limit } }) {
        const after = cursor === undefined ? null : decodeCursor(cursor, z.tuple([z.uuid()]))[0]
        const found: TenantRecord[] = await tenants.list({ after, limit: limit + 1 })
        const items = found.slice(0, limit)
        return { items, nextCursor: found.length > limit ? encodeCursor([items.at(-1)!.id]) : null }
      },
    }),
    platformOperation({
      name: 'tenants.show',
      audience: 'operator',
      http: 'GET /tenants/:tenant',
      summary: 'Show one tenant',
      permission: null,
      input: z.strictObject({
        tenant: z.string().min(1).max(40).meta({ description: 'Its id or slug.', example: 'acme' }),
      }),
      output: Tenant,
      errors: [tenancyErrors.tenantNotFound],
      async handle({ input }) {
        const tenant = await tenants.find(input.tenant)
        if (!tenant) throw tenancyErrors.tenantNotFound()
        return tenant
      },
    }),
  ]
}
