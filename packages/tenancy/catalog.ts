import type { Clock } from '@rowhouse/kernel'
import type { Pools } from './connections/pools.ts'
import { askControl } from './ask.ts'
import type { Deployment, Placement } from './deployment.ts'

export interface CatalogEntry {
  readonly slug: string
  readonly placement: Placement
}

/** Where tenants live, as this node knows it: a cache over the control database. */
export interface Catalog {
  /** The tenant's entry, or undefined when there is no active tenant of this id. At most `trustMs` old. */
  find(tenantId: string): Promise<CatalogEntry | undefined>
  findBySlug(slug: string): Promise<string | undefined>
  /** Forgets what is cached, because the door said that it is stale. */
  forget(tenantId: string): void
}

/** A stale entry does no harm: the door refuses its epoch. It is dropped after a minute so that a renamed slug is seen. */
const trustMs = 60_000
/** A tenant that did not exist a moment ago may have been created on another node. */
const trustAbsenceMs = 1_000
const maxCached = 10_000

export function createCatalog({ pools, names, clock }: { pools: Pools; names: Deployment; clock: Clock }): Catalog {
  const entries = createCache<CatalogEntry>(clock)
  const slugs = createCache<string>(clock)

  const ask = askControl(pools, names)
  const read = async (text: string, value: string) => (await ask(text, [value]))[0]

  return {
    find: (tenantId) =>
      entries.get(tenantId, async () => {
        const row = await read(
          'select slug, cluster_name, database_name, schema_name, epoch from control.find_placement($1)',
          tenantId,
        )
        if (!row) return undefined
        const { slug, ...placement } = row as unknown as Placement & { readonly slug: string }
        return { slug, placement }
      }),
    findBySlug: (slug) =>
      slugs.get(slug, async () => {
        const row = await read('select control.find_tenant_by_slug($1) as id', slug)
        return (row?.['id'] as string | null | undefined) ?? undefined
      }),
    forget: (tenantId) => entries.forget(tenantId),
  }
}

/** Least recently used goes first; what is absent is remembered too, but shortly. One look-up at a time for each key. */
function createCache<T>(clock: Clock) {
  const known = new Map<string, { value: Promise<T | undefined>; until: number }>()
  return {
    async get(key: string, look: () => Promise<T | undefined>): Promise<T | undefined> {
      const found = known.get(key)
      if (found && found.until > clock.now()) {
        known.delete(key)
        known.set(key, found)
        return found.value
      }
      const entry = { value: look(), until: clock.now() + trustMs }
      known.set(key, entry)
      if (known.size > maxCached) known.delete(known.keys().next().value!)
      try {
        const value = await entry.value
        if (value === undefined) entry.until = clock.now() + trustAbsenceMs
        return value
      } catch (error) {
        if (known.get(key) === entry) known.delete(key)
        throw error
      }
    },
    forget: (key: string) => known.delete(key),
  }
}
