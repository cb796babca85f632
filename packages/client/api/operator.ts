// Generated from the OpenAPI document by `npm run generate`. Do not edit.
import type { CallOptions, Operations } from '../operation.ts'
import type { Pages } from '../pages.ts'

export interface CreatedTenant {
  id: string
  slug: string
  name: string
  tier: 'shared' | 'schema' | 'database'
  placement: {
    clusterName: string
    databaseName: string
    schemaName: string
    epoch: number
  }
  createdAt: string
  owner: {
    memberId: string
    /** A key with every permission. Shown this once. */
    apiKey: string
  }
}

/**
 * Events of one key that a subscriber is not given any more, because the first of them failed too
 * often.
 */
export interface ParkedKey {
  tenantId: string
  tenantSlug: string
  subscriber: string
  /** The ordering key: as a rule the id of what the event is about. */
  key: string
  /** The event that failed. Its payload is the tenant’s and is not shown. */
  event: {
    id: string
    name: string
    version: number
  }
  attempts: number
  /** Which error it was and where, without its words: they may quote the payload. */
  error: string
  parkedAt: string
  /** Events that wait, the failed one among them; at most 1,000 are counted. */
  waiting: number
}

/** The connections of this node to one database. */
export interface Pool {
  cluster: string
  database: string
  kind: 'control' | 'shared' | 'dedicated'
  /**
   * Where it leads: to the primary, past a pooler, to a replica, or to the primary as the relay of
   * events.
   */
  role: 'primary' | 'direct' | 'replica' | 'relay'
  /** Connections, at most. */
  size: number
  /** Connections that there are, among them those being opened and closed. */
  open: number
  idle: number
  lent: number
  /** Calls that wait for a connection. */
  waiting: number
  /** Since the pool was made. One that is not used for long is gone, and its counts with it. */
  counts: {
    lent: number
    /** Calls refused at once, because too many waited. */
    refused: number
    /** Calls that waited in vain. */
    timedOut: number
    /** Connections closed because something had left them in doubt. */
    doubted: number
    connectFailures: number
    /** The longest that a call has waited, in milliseconds. */
    longestWaitMs: number
  }
}

export interface Pools {
  /** Of this node to all databases (DATABASE_POOL_TOTAL). */
  connections: {
    open: number
    max: number
  }
  /** Tenants with a database of their own, in the cluster (DATABASE_MAX_DEDICATED). */
  dedicatedDatabases: {
    count: number
    max: number
  }
  pools: readonly Pool[]
}

/** Problem details (RFC 9457). */
export interface Problem {
  /** Where the code is explained, on our own origin. */
  type: string
  /** The same for every occurrence of the code. */
  title: string
  status: number
  /** What happened and what to do. */
  detail: string
  /** Stable: branch on it. */
  code: string
  /** Give it when you ask about the request; also in `X-Request-Id`. */
  requestId: string
  /** Each invalid field. */
  errors?: readonly {
    /** JSON pointer (RFC 6901) into the input: path, query and body fields together. */
    pointer: string
    detail: string
  }[]
}

/** A customer of the product, and where it lives. */
export interface Tenant {
  id: string
  slug: string
  name: string
  tier: 'shared' | 'schema' | 'database'
  placement: {
    clusterName: string
    databaseName: string
    schemaName: string
    epoch: number
  }
  createdAt: string
}

export interface ParkedKeysListInput {
  /** `nextCursor` of the page before; absent for the first page. */
  cursor?: string
  /**
   * How many items at most.
   * @default 25
   */
  limit?: number
}

export interface ParkedKeysRetryInput {
  /** Its id or slug. */
  tenant: string
  subscriber?: string
  key?: string
}

export interface TenantsCreateInput {
  /** Its name in addresses: `<slug>.<domain>`. */
  slug: string
  name: string
  /**
   * Rows among others behind row-level security, a schema of its own, or a database of its own.
   * @default "shared"
   */
  tier?: 'shared' | 'schema' | 'database'
  owner: {
    email: string
    name: string
  }
}

export interface TenantsListInput {
  /** `nextCursor` of the page before; absent for the first page. */
  cursor?: string
  /**
   * How many items at most.
   * @default 25
   */
  limit?: number
}

export interface TenantsShowInput {
  /** Its id or slug. */
  tenant: string
}

/** Every code that an answer can carry. */
export type ErrorCode =
  | 'http.headers_too_large'
  | 'http.internal'
  | 'http.invalid_cursor'
  | 'http.invalid_request'
  | 'http.method_not_allowed'
  | 'http.not_found'
  | 'http.payload_too_large'
  | 'http.request_timeout'
  | 'http.unauthenticated'
  | 'http.unavailable'
  | 'http.unsupported_media_type'
  | 'tenancy.database_unavailable'
  | 'tenancy.no_dedicated_database'
  | 'tenancy.pool_exhausted'
  | 'tenancy.provisioning_busy'
  | 'tenancy.provisioning_failed'
  | 'tenancy.slug_taken'
  | 'tenancy.tenant_not_found'
  | 'unknown'

export interface Api {
  readonly parkedKeys: {
    /** List the keys of events that are parked. */
    list(input?: ParkedKeysListInput, options?: CallOptions): Pages<ParkedKey>
    /**
     * Try parked keys again.
     *
     * Those of one tenant: all, or those of one subscriber or key. An event that was handled is not
     * handled again, however often this is sent.
     *
     * Takes no `Idempotency-Key`.
     */
    retry(
      input: ParkedKeysRetryInput,
      options?: CallOptions,
    ): Promise<{
      /** How many keys were parked, and are no more. */
      retried: number
    }>
  }
  readonly pools: {
    /**
     * Show the connections to databases.
     *
     * Those of the node that answers: ask each.
     */
    show(input?: Record<string, never>, options?: CallOptions): Promise<Pools>
  }
  readonly tenants: {
    /**
     * Create a tenant, in any tier.
     *
     * Answers when the tenant is ready. When it cannot be made, nothing of it is kept.
     *
     * Takes no `Idempotency-Key`.
     */
    create(input: TenantsCreateInput, options?: CallOptions): Promise<CreatedTenant>
    /** List the tenants. */
    list(input?: TenantsListInput, options?: CallOptions): Pages<Tenant>
    /** Show one tenant. */
    show(input: TenantsShowInput, options?: CallOptions): Promise<Tenant>
  }
}

export const operations = {
  'parked-keys.list': { method: 'GET', path: '/operator/v1/parked-keys', paged: true },
  'parked-keys.retry': { method: 'POST', path: '/operator/v1/parked-keys/retry' },
  'pools.show': { method: 'GET', path: '/operator/v1/pools' },
  'tenants.create': { method: 'POST', path: '/operator/v1/tenants' },
  'tenants.list': { method: 'GET', path: '/operator/v1/tenants', paged: true },
  'tenants.show': { method: 'GET', path: '/operator/v1/tenants/{tenant}' },
} as const satisfies Operations
