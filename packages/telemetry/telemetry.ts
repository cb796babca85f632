/**
 * Logs, spans and instruments, as every pillar uses them. They stand on pino and the OpenTelemetry API only; what
 * collects and sends them (`./sdk.ts`) is started by the server alone, and without it spans and instruments do nothing.
 */
export { type Log, createLog } from './log.ts'
export { type Counter, type Histogram, type Labels, counter, gauge, histogram } from './metrics.ts'
export { type SpanOptions, contextFromHeaders, span, traceId, traceParent } from './tracing.ts'
export { type Context, type Span, SpanKind } from '@opentelemetry/api'
