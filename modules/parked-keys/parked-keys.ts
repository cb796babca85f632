/** Keys of events that wait for an operator, for operators. */
import { cursorPage, decodeCursor, encodeCursor, pageInput, platformOperation } from '@rowhouse/app'
import type { ParkedKeys } from '@rowhouse/events'
import { httpErrors, type Operation } from '@rowhouse/http'
import { type Tenants, tenancyErrors } from '@rowhouse/tenancy'
import { z } from 'zod'

const example = {
  tenantId: '019a8f3e-7c1a-7b52-9d0e-4f6a2b8c1d03',
  tenantSlug: 'acme',
  subscriber: 'desk.auto-reply',
  key: '019ab5a0-9e14-7b60-8c1f-5d2a7e904b18',
  event: { id: '019ab5a0-b77a-7c45-a3d8-1f60c2b98e52', name: 'tickets.opened', version: 1 },
  attempts: 8,
  error: 'PostgreSQL 23505, table comments, constraint comments_pkey',
  parkedAt: '2026-11-24T09:32:07.123456Z',
  waiting: 2,
}

const ParkedKey = z
  .strictObject({
    tenantId: z.uuid(),
    tenantSlug: z.string(),
    subscriber: z.string(),
    key: z.string().meta({ description: 'The ordering key: as a rule the id of what the event is about.' }),
    event: z
      .strictObject({ id: z.uuid(), name: z.string(), version: z.int() })
      .meta({ description: 'The event that failed. Its payload is the tenant’s and is not shown.' }),
    attempts: z.int(),
    error: z
      .string()
      .meta({ description: 'Which error it was and where, without its words: they may quote the payload.' }),
    parkedAt: z.iso.datetime(),
    waiting: z.int().meta({ description: 'Events that wait, the failed one among them; at most 1,000 are counted.' }),
  })
  .meta({
    id: 'ParkedKey',
    description:
      'Events of one key that a subscriber is not given any more, because the first of them failed too often.',
    example,
  })

/** @param subscribers names of those that this node has */
export function parkedKeyOperations(
  parkedKeys: ParkedKeys,
  tenants: Pick<Tenants, 'find'>,
  subscribers: readonly string[],
): Operation[] {
  async function tenantOf(idOrSlug: string) {
    const tenant = await tenants.find(idOrSlug)
    if (!tenant) throw tenancyErrors.tenantNotFound()
    return tenant
  }

  return [
    platformOperation({
      name: 'parked-keys.list',
      audience: 'operator',
      http: 'GET /parked-keys',
      summary: 'List the keys of events that are parked',
      permission: null,
      input: z.strictObject({ ...pageInput }),
      output: cursorPage(ParkedKey).extend({
        unasked: z
          .array(z.string())
          .meta({ description: 'Databases that could not be asked: what is parked there is missing.' }),
      }),
      async handle({ input: { cursor, limit } }) {
        const after = cursor === undefined ? undefined : decodeCursor(cursor, place)
        const { items: found, unasked } = await parkedKeys.list({
          after: after ? { tenantId: after[0], subscriber: after[1], key: after[2] } : null,
          limit: limit + 1,
        })
        const items = found.slice(0, limit)
        const last = items.at(-1)
        const nextCursor =
          found.length > limit && last ? encodeCursor([last.tenantId, last.subscriber, last.key]) : null
        const slugs = new Map<string, string>()
        for (const id of new Set(items.map(({ tenantId }) => tenantId))) slugs.set(id, (await tenantOf(id)).slug)
        const named = items.map((item) => ({ ...item, tenantSlug: slugs.get(item.tenantId)! }))
        return { items: named, nextCursor, unasked: [...unasked] }
      },
    }),
    platformOperation({
      name: 'parked-keys.retry',
      audience: 'operator',
      http: 'POST /parked-keys/retry',
      summary: 'Try parked keys again',
      description:
        'Those of one tenant: all, or those of one subscriber or key. An event that was handled is not handled again, ' +
        'however often this is sent.',
      permission: null,
      status: 200,
      input: z
        .strictObject({
          tenant: z.string().min(1).max(40).meta({ description: 'Its id or slug.' }),
          subscriber: z.string().min(1).max(200).optional(),
          key: z.string().min(1).max(500).optional(),
        })
        .meta({ examples: [{ tenant: example.tenantSlug, subscriber: example.subscriber, key: example.key }] }),
      output: z
        .strictObject({ retried: z.int().meta({ description: 'How many keys were parked, and are no more.' }) })
        .meta({ examples: [{ retried: 1 }] }),
      errors: [tenancyErrors.tenantNotFound],
      async handle({ input: { tenant, subscriber, key } }) {
        const { id: tenantId } = await tenantOf(tenant)
        const which = { ...(subscriber === undefined ? {} : { subscriber }), ...(key === undefined ? {} : { key }) }
        const retried = await parkedKeys.retry(tenantId, which)
        // What one that is gone has left behind may still be retried.
        if (retried > 0 || subscriber === undefined || subscribers.includes(subscriber)) return { retried }
        const detail = `There is no such subscriber. There are: ${subscribers.join(', ')}`
        throw httpErrors.invalidRequest({ errors: [{ pointer: '/subscriber', detail }] })
      },
    }),
  ]
}

const place = z.tuple([z.uuid(), z.string().max(200), z.string().max(500)])
