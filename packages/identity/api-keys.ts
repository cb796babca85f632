/** API keys: secrets that name their tenant, with which programs come in. */
import { type Clock, newId } from '@rowhouse/kernel'
import { type Door, type Execute, queryDb, tenantDb } from '@rowhouse/tenancy'
import { sql } from 'kysely'
import { identityErrors } from './errors.ts'
import type { IdentityTables } from './tables.ts'
import { hashOf, newSecret, tenantOfSecret } from './tenant-secrets.ts'

export interface ApiKey {
  readonly id: string
  readonly name: string
  /** Permission names; `*` stands for all. */
  readonly permissions: readonly string[]
  readonly memberId: string | null
  /** RFC 3339. */
  readonly createdAt: string
}

export type NewApiKey = Pick<ApiKey, 'name' | 'permissions' | 'memberId'>

export interface ApiKeyHolder {
  readonly keyId: string
  readonly tenantId: string
  readonly memberId: string | null
  readonly permissions: readonly string[]
}

export interface ApiKeys {
  /**
   * Makes a key and returns it with its secret, which cannot be had again.
   *
   * @param execute of a transaction at the control database that this is a part of; it has one of its own when absent
   */
  create(tenantId: string, key: NewApiKey, execute?: Execute): Promise<ApiKey & { readonly secret: string }>
  /** The valid keys, oldest first, `limit` at most, after the id of the page before. */
  list(tenantId: string, page: { readonly after: string | null; readonly limit: number }): Promise<ApiKey[]>
  /**
   * @param permissions of whoever revokes: nobody can revoke a key that may do more than they may
   * @param execute as in `create`
   * @throws identity.api_key_not_found, identity.api_key_stronger
   */
  revoke(tenantId: string, id: string, permissions: readonly string[], execute?: Execute): Promise<void>
  /** Who holds this key; null when it is not a valid one. Another node's revocation is seen within `trustMs`. */
  authenticate(secret: string): Promise<ApiKeyHolder | null>
}

const trustMs = 10_000
const maxCached = 10_000

/** @param control the door at the control database, where keys live. */
export function createApiKeys({
  control,
  tenantExists,
  clock,
}: {
  readonly control: Door
  readonly tenantExists: (tenantId: string) => Promise<boolean>
  readonly clock: Clock
}): ApiKeys {
  const known = new Map<string, { holder: ApiKeyHolder; until: number }>()
  /** Keys that this node revokes, by hash, with the time after which nobody reads them as valid any more. */
  const revoked = new Map<string, number>()
  const db = (tenantId: string, execute?: Execute) =>
    execute ? tenantDb<IdentityTables>(execute) : queryDb<IdentityTables>(control, tenantId)

  async function whyNotRevoked(tenantId: string, id: string, execute?: Execute): Promise<Error> {
    const valid = db(tenantId, execute)
      .selectFrom('apiKeys')
      .select('id')
      .where('id', '=', id)
      .where('revokedAt', 'is', null)
    if (await valid.executeTakeFirst()) return identityErrors.apiKeyStronger()
    return identityErrors.apiKeyNotFound({ operator: `No valid key ${id} in tenant ${tenantId}` })
  }

  return {
    async create(tenantId, { name, permissions, memberId }, execute) {
      const secret = newSecret('rhk_', tenantId)
      const key = await db(tenantId, execute)
        .insertInto('apiKeys')
        .values({ id: newId(), name, permissions: [...permissions], memberId, hash: hashOf(secret) })
        .returning(columns)
        .executeTakeFirstOrThrow()
      return { ...key, secret }
    },

    list: (tenantId, { after, limit }) =>
      db(tenantId)
        .selectFrom('apiKeys')
        .select(columns)
        .where('revokedAt', 'is', null)
        .$if(after !== null, (query) => query.where('id', '>', after))
        .orderBy('id')
        .limit(limit)
        .execute(),

    async revoke(tenantId, id, permissions, execute) {
      const key = await db(tenantId, execute)
        .updateTable('apiKeys')
        .set({ revokedAt: new Date(clock.now()).toISOString() })
        .where('id', '=', id)
        .where('revokedAt', 'is', null)
        .$if(!permissions.includes('*'), (update) => update.where(sql<boolean>`permissions <@ ${permissions}::text[]`))
        .returning('hash')
        .executeTakeFirst()
      if (!key) throw await whyNotRevoked(tenantId, id, execute)
      const cacheKey = key.hash.toString('base64')
      known.delete(cacheKey)
      remember(revoked, cacheKey, clock.now() + trustMs)
    },

    async authenticate(secret) {
      const tenantId = tenantOfSecret('rhk_', secret)
      if (!tenantId) return null
      const hash = hashOf(secret)
      const cacheKey = hash.toString('base64')
      const cached = known.get(cacheKey)
      if (cached && cached.until > clock.now()) return cached.holder
      known.delete(cacheKey)
      if (!(await tenantExists(tenantId))) return null
      const row = await db(tenantId)
        .selectFrom('apiKeys')
        .select(['id', 'memberId', 'permissions'])
        .where('hash', '=', hash)
        .where('revokedAt', 'is', null)
        .executeTakeFirst()
      if (!row) return null
      const holder = { keyId: row.id, tenantId, memberId: row.memberId, permissions: row.permissions }
      // Revoked while it was being looked up, or in a transaction still to be committed, it must not be remembered as valid.
      if ((revoked.get(cacheKey) ?? 0) <= clock.now())
        remember(known, cacheKey, { holder, until: clock.now() + trustMs })
      return holder
    },
  }
}

/** The oldest goes when there are too many. */
function remember<Value>(map: Map<string, Value>, key: string, value: Value): void {
  map.set(key, value)
  if (map.size > maxCached) map.delete(map.keys().next().value!)
}

const columns = ['id', 'name', 'permissions', 'memberId', 'createdAt'] as const
