import { DiagLogLevel, context, diag, metrics, trace } from '@opentelemetry/api'
import { PrometheusSerializer } from '@opentelemetry/exporter-prometheus'
import { type Resource, resourceFromAttributes } from '@opentelemetry/resources'
import { AggregationTemporality, InstrumentType, MeterProvider, MetricReader } from '@opentelemetry/sdk-metrics'
import type { Log } from './log.ts'
import { observeProcess } from './process-metrics.ts'

export interface Telemetry {
  /** Every metric, in the text format that Prometheus scrapes (`metricsContentType`). */
  metricsText(): Promise<string>
  /** Sends the spans that wait, and leaves the process as it was before. */
  shutdown(): Promise<void>
}

export const metricsContentType = 'text/plain; version=0.0.4; charset=utf-8'

/**
 * Starts what collects metrics and sends traces, for the whole process: once, before anything that is measured.
 *
 * @param options.otlpEndpoint base URL of an OTLP/HTTP collector, such as `http://127.0.0.1:4318`; spans go to
 *   `v1/traces` below it. Without one there are no spans, and the code that makes them is not even loaded
 * @param options.log hears of what could not be sent
 */
export async function startTelemetry(options: {
  readonly serviceName: string
  readonly otlpEndpoint?: string | undefined
  readonly log?: Log
}): Promise<Telemetry> {
  const { serviceName, otlpEndpoint, log } = options
  const resource = resourceFromAttributes({ 'service.name': serviceName })
  const reader = new Reader()
  const serializer = new PrometheusSerializer('', false, undefined, false, true)
  const meters = new MeterProvider({ resource, readers: [reader] })
  if (!metrics.setGlobalMeterProvider(meters)) throw new Error('Telemetry was started already in this process')
  if (log !== undefined) diag.setLogger(problems(log), DiagLogLevel.WARN)
  const stopObserving = observeProcess(meters.getMeter('process'))
  const stopTraces = otlpEndpoint === undefined ? async () => {} : await startTraces(otlpEndpoint, resource)

  return {
    metricsText: async () => serializer.serialize((await reader.collect()).resourceMetrics),
    async shutdown() {
      await stopTraces()
      stopObserving()
      metrics.disable()
      await meters.shutdown()
      diag.disable()
    },
  }
}

/** Reads when asked to: the text is served on the management port, not by a server of the exporter's own. */
class Reader extends MetricReader {
  constructor() {
    // A gauge of a thing that is gone would otherwise show its last value for ever.
    const { CUMULATIVE, DELTA } = AggregationTemporality
    super({ aggregationTemporalitySelector: (type) => (type === InstrumentType.OBSERVABLE_GAUGE ? DELTA : CUMULATIVE) })
  }
  protected override async onForceFlush(): Promise<void> {}
  protected override async onShutdown(): Promise<void> {}
}

async function startTraces(otlpEndpoint: string, resource: Resource): Promise<() => Promise<void>> {
  const [{ BatchSpanProcessor, TracerProvider }, { OTLPTraceExporter }, { AsyncLocalStorageContextManager }] =
    await Promise.all([
      import('@opentelemetry/sdk-trace'),
      import('@opentelemetry/exporter-trace-otlp-http'),
      import('@opentelemetry/context-async-hooks'),
    ])
  const url = `${otlpEndpoint.replace(/\/+$/, '')}/v1/traces`
  const exporter = new OTLPTraceExporter({ url, timeoutMillis: 3000 })
  const tracers = new TracerProvider({ resource, spanProcessors: [new BatchSpanProcessor({ exporter })] })
  trace.setGlobalTracerProvider(tracers)
  // Without it a span would not know its parent across an await.
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
  return async () => {
    trace.disable()
    context.disable()
    await tracers.shutdown().catch((error) => diag.warn('the last spans could not be sent', error))
  }
}

const problems = (log: Log) => {
  const warn = (message: string, ...details: unknown[]) => log.warn({ details }, `telemetry: ${message}`)
  return { error: warn, warn, info: () => {}, debug: () => {}, verbose: () => {} }
}
