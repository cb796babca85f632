import { type Meter, type MeterProvider, type ObservableResult, metrics } from '@opentelemetry/api'

/**
 * Few values each, known beforehand: every combination is a time series. The tenant is never one of them: it belongs on
 * logs and spans.
 */
export interface Labels {
  readonly [name: string]: string | number | boolean | undefined
  readonly tenant?: never
  readonly tenantId?: never
  readonly tenant_id?: never
}

interface Description {
  /** As Prometheus wants it: base unit last, `_total` for counters: `rowhouse_door_entries_total`. */
  readonly name: string
  readonly about: string
}

export interface Counter<L extends Labels> {
  add(amount: number, labels: L): void
}

/** Counts what happens. May be declared anywhere, at import too. */
export function counter<L extends Labels = Labels>({ name, about }: Description): Counter<L> {
  const instrument = bound((meter) => meter.createCounter(name, { description: about }))
  return { add: (amount, labels) => instrument().add(amount, labels) }
}

export interface Histogram<L extends Labels> {
  record(value: number, labels: L): void
}

/**
 * Counts values in buckets: durations in seconds, sizes in bytes. May be declared anywhere, at import too.
 *
 * @param description.buckets upper bounds; from 1 ms to 10 s when absent
 */
export function histogram<L extends Labels = Labels>({
  name,
  about,
  buckets = durationBucketsS,
}: Description & { readonly buckets?: readonly number[] }): Histogram<L> {
  const advice = { explicitBucketBoundaries: [...buckets] }
  const instrument = bound((meter) => meter.createHistogram(name, { description: about, advice }))
  return { record: (value, labels) => instrument().record(value, labels) }
}

/**
 * Reads a value whenever metrics are collected. Must be declared after the SDK was started, where the thing that it
 * looks at is started; the answer stops it.
 */
export function gauge(
  { name, about }: Description,
  read: (observe: (value: number, labels: Labels) => void) => void,
): () => void {
  const instrument = metrics.getMeter('rowhouse').createObservableGauge(name, { description: about })
  const observe = (result: ObservableResult) => read((value, labels) => result.observe(value, labels))
  instrument.addCallback(observe)
  return () => instrument.removeCallback(observe)
}

/** The API hands out instruments that do nothing until an SDK is there, for good: make them when that changed. */
function bound<Instrument>(create: (meter: Meter) => Instrument): () => Instrument {
  let current: { provider: MeterProvider; instrument: Instrument } | undefined
  return () => {
    const provider = metrics.getMeterProvider()
    if (current?.provider !== provider) current = { provider, instrument: create(provider.getMeter('rowhouse')) }
    return current.instrument
  }
}

const durationBucketsS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]
