/** One line in the log and one point in the metrics for each request. */
import type { RowhouseError } from '@rowhouse/kernel'
import { type Log, histogram } from '@rowhouse/telemetry'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Caller } from './operation.ts'

/** What becomes known of a request while it is served. */
export interface RequestRecord {
  readonly beganMs: number
  operation: string | undefined
  caller: Caller | undefined
  /** The tenant that the request's host names; null on the platform's own hosts. */
  hostTenantId: string | null
  error: RowhouseError | undefined
  traceId: string | undefined
  /** Of the answer, when it gives one: see consistency.ts. */
  token: (() => string | undefined) | undefined
}

declare module 'fastify' {
  interface FastifyRequest {
    record: RequestRecord
  }
}

export const newRecord = (): RequestRecord => ({
  beganMs: performance.now(),
  operation: undefined,
  caller: undefined,
  hostTenantId: null,
  error: undefined,
  traceId: undefined,
  token: undefined,
})

const duration = histogram<{ operation: string; status: string }>({
  name: 'http_server_request_duration_seconds',
  about: 'Time from the request line to the last byte of the answer, by operation and class of status.',
})

/** Writes the line. Never the URL itself: paths and queries hold ids, names and search words. */
export function writeRecord(log: Log, request: FastifyRequest, reply: FastifyReply): void {
  const { beganMs, operation, caller, error, traceId } = request.record
  const status = reply.statusCode
  const durationMs = performance.now() - beganMs
  const line = {
    requestId: request.id,
    clientRequestId: clientRequestId(request.headers['x-request-id']),
    // Outside a trace the request is its own.
    traceId: traceId ?? request.id.replaceAll('-', ''),
    tenant: caller?.tenantId ?? undefined,
    actor: caller && `${caller.kind}:${caller.id}`,
    operation,
    method: request.method,
    path: request.routeOptions.url,
    status,
    durationMs: Math.round(durationMs * 100) / 100,
    client: request.ip,
    // The client went away before it had the whole answer.
    aborted: reply.raw.writableFinished ? undefined : true,
    // It is the answer of an earlier request with the same Idempotency-Key.
    replayed: reply.hasHeader('idempotency-replayed') ? true : undefined,
  }
  duration.record(durationMs / 1000, { operation: operation ?? 'none', status: `${Math.floor(status / 100)}xx` })
  const isProbe = request.routeOptions.config.probe === true
  if (error === undefined) log[isProbe ? 'debug' : 'info'](line, 'request')
  else if (status < 500 || isProbe)
    log.info({ ...line, code: error.code, reason: error.operator ?? error.detail }, 'request refused')
  // Who says when to come again is busy, or waits for somebody, and is not broken.
  else if (error.retryAfterS !== undefined) {
    const cause = error.cause instanceof Error ? error.cause.message : undefined
    log.warn({ ...line, code: error.code, reason: error.operator ?? cause ?? error.detail }, 'request refused')
  } else log.error({ ...line, code: error.code, err: error }, 'request failed')
}

/** A line for what Node refused before it was a request. */
export function writeSocketRecord(log: Log, error: RowhouseError, requestId: string, client: string | undefined): void {
  duration.record(0, { operation: 'none', status: `${Math.floor(error.status / 100)}xx` })
  log.info({ requestId, status: error.status, code: error.code, client, err: error.cause }, 'request refused')
}

/** The client's own name for the request: kept for the log if it is short and plain, and used for nothing else. */
const clientRequestId = (header: string | string[] | undefined): string | undefined =>
  typeof header === 'string' && /^[\w.-]{1,64}$/.test(header) ? header : undefined
