import {
  type Attributes,
  type Context,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  context,
  createTraceState,
  isSpanContextValid,
  trace,
} from '@opentelemetry/api'
import { RowhouseError } from '@rowhouse/kernel'
import { maskSecrets } from './secrets.ts'

export interface SpanOptions {
  /** The span's parent is in this context; in the active one when absent. */
  readonly parent?: Context
  readonly kind?: SpanKind
  /** Spans that led to this one without being its parent, each in its context: who emitted the event that is handled. */
  readonly links?: readonly Context[]
}

/**
 * Does `work` within a span named `name`, and gives back what it gives. What it throws is recorded in the span and
 * thrown on; an error of the catalogue with a status below 500 is an answer, not a failure, and leaves no red span.
 *
 * Spans that `work` opens become children of this one. Costs 0.15 µs (Node 24, measured over 1,000,000 calls) when no
 * SDK is registered.
 */
export async function span<T>(
  name: string,
  attributes: Attributes,
  work: (span: Span) => Promise<T>,
  { parent = context.active(), kind = SpanKind.INTERNAL, links = [] }: SpanOptions = {},
): Promise<T> {
  // Asked anew each time: a tracer that is kept stays bound to an SDK that was shut down.
  const linked = links.flatMap((each) => trace.getSpanContext(each) ?? []).map((context) => ({ context }))
  const opened = trace.getTracer('rowhouse').startSpan(name, { attributes, kind, links: linked }, parent)
  try {
    return await context.with(trace.setSpan(parent, opened), work, undefined, opened)
  } catch (error) {
    recordError(opened, error)
    throw error
  } finally {
    opened.end()
  }
}

/** The trace's id (32 hex digits) of this span or context, of the active one when absent; none outside a trace. */
export function traceId(of: Span | Context = context.active()): string | undefined {
  const found = 'spanContext' in of ? of.spanContext() : trace.getSpanContext(of)
  return found !== undefined && isSpanContextValid(found) ? found.traceId : undefined
}

/** The active span as a `traceparent` header says it (W3C Trace Context); none outside a trace. */
export function traceParent(): string | undefined {
  const found = trace.getSpanContext(context.active())
  if (found === undefined || !isSpanContextValid(found)) return undefined
  return `00-${found.traceId}-${found.spanId}-${found.traceFlags.toString(16).padStart(2, '0')}`
}

/** The caller's trace, from `traceparent` and `tracestate` (W3C Trace Context, level 1); an empty context otherwise. */
export function contextFromHeaders(headers: Readonly<Record<string, string | string[] | undefined>>): Context {
  const { traceparent, tracestate } = headers
  const [, version, id = '', spanId = '', flags = '', rest] = traceparentFormat.exec(String(traceparent)) ?? []
  // Version 00 ends with the flags; later ones may go on, ff is forbidden.
  if (version === undefined || version === 'ff' || (version === '00' && rest)) return ROOT_CONTEXT
  const remote = { traceId: id, spanId, traceFlags: Number.parseInt(flags, 16) & 1, isRemote: true }
  if (!isSpanContextValid(remote)) return ROOT_CONTEXT
  const traceState = tracestate === undefined ? {} : { traceState: createTraceState(String(tracestate)) }
  return trace.setSpanContext(ROOT_CONTEXT, { ...remote, ...traceState })
}

const traceparentFormat = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/

function recordError(opened: Span, error: unknown): void {
  const { name, message, stack = '' } = error instanceof Error ? error : new Error(String(error))
  const isOurs = error instanceof RowhouseError
  opened.setAttribute('error.type', isOurs ? error.code : name)
  if (isOurs && error.status < 500) return
  opened.recordException({ name, message: maskSecrets(message), stack: maskSecrets(stack) })
  opened.setStatus({ code: SpanStatusCode.ERROR, message: maskSecrets(message) })
}
