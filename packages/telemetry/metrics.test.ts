import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, describe, expect, test } from 'vitest'
import { type Telemetry, startTelemetry } from './sdk.ts'
import { type Labels, counter, gauge, histogram } from './telemetry.ts'

const requests = counter<{ route: string; status: number }>({ name: 'sample_requests_total', about: 'Requests' })
const duration = histogram({ name: 'sample_duration_seconds', about: 'Time taken', buckets: [0.1, 1] })

describe('the metrics page', () => {
  let telemetry: Telemetry | undefined
  const start = async () => (telemetry = await startTelemetry({ serviceName: 'test' }))

  afterEach(async () => {
    await telemetry?.shutdown()
    telemetry = undefined
  })

  test('shows counters, histograms and gauges in the text format of Prometheus', async () => {
    requests.add(1, { route: 'before the start', status: 0 })
    const { metricsText } = await start()
    requests.add(2, { route: '/tickets/:id', status: 200 })
    requests.add(1, { route: 'with "quotes", \\ and \n', status: 404 })
    for (const value of [0.05, 0.5, 5]) duration.record(value, { route: '/' })
    const stop = gauge({ name: 'sample_connections', about: 'Open' }, (observe) => {
      observe(3, { pool: 'a' })
      observe(4, { pool: 'b' })
    })

    const { types, samples } = parse(await metricsText())
    expect(types).toMatchObject({
      sample_requests_total: 'counter',
      sample_duration_seconds: 'histogram',
      sample_connections: 'gauge',
    })
    expect(samples).toMatchObject({
      'sample_requests_total{route="/tickets/:id",status="200"}': 2,
      'sample_requests_total{route="with \\"quotes\\", \\\\ and \\n",status="404"}': 1,
      'sample_duration_seconds_bucket{route="/",le="0.1"}': 1,
      'sample_duration_seconds_bucket{route="/",le="+Inf"}': 3,
      'sample_duration_seconds_count{route="/"}': 3,
      'sample_duration_seconds_sum{route="/"}': 5.55,
      'sample_connections{pool="a"}': 3,
      'sample_connections{pool="b"}': 4,
      'target_info{service_name="test"}': 1,
    })
    stop()
    expect(await metricsText()).not.toContain('sample_connections{')
  })

  test('tells how the process does', async () => {
    const { metricsText } = await start()
    await sleep(50)
    const blockedUntil = performance.now() + 150
    while (performance.now() < blockedUntil);
    await sleep(50)
    const { types, samples } = parse(await metricsText())
    expect(types['process_cpu_seconds_total']).toBe('counter')
    expect(samples['process_cpu_seconds_total']).toBeGreaterThan(0)
    expect(samples['process_start_time_seconds']).toBeLessThan(Date.now() / 1e3)
    expect(samples['process_start_time_seconds']).toBeGreaterThan(Date.now() / 1e3 - 3600)
    expect(samples['nodejs_heap_size_used_bytes']).toBeGreaterThan(1e6)
    expect(samples['process_resident_memory_bytes']).toBeGreaterThan(1e7)
    expect(samples['nodejs_eventloop_lag_max_seconds']).toBeGreaterThan(0.1)
    expect(samples['nodejs_eventloop_lag_max_seconds']).toBeLessThan(5)
  })

  test('starts afresh after a shutdown, and refuses a second start meanwhile', async () => {
    await start()
    requests.add(7, { route: 'first', status: 200 })
    await expect(startTelemetry({ serviceName: 'other' })).rejects.toThrow('started already')
    await telemetry?.shutdown()
    const { metricsText } = await start()
    requests.add(1, { route: 'second', status: 200 })
    const text = await metricsText()
    expect(text).toContain('second')
    expect(text).not.toContain('first')
  })

  test('cannot have the tenant for a label', () => {
    // @ts-expect-error a tenant on a metric does not compile
    const labels: Labels = { tenantId: 't1' }
    expect(labels).toBeDefined()
  })
})

/** The text format, version 0.0.4, as strictly as its description: fails on anything that is not it. */
function parse(text: string) {
  expect(text.endsWith('\n')).toBe(true)
  const types: Record<string, string> = {}
  const samples: Record<string, number> = {}
  for (const line of text.split('\n').filter(Boolean)) {
    const [, type, kind] = /^# TYPE ([a-zA-Z_:][\w:]*) (counter|gauge|histogram|summary|untyped)$/.exec(line) ?? []
    if (type !== undefined && kind !== undefined) {
      expect(types, `${type} is declared twice`).not.toHaveProperty(type)
      types[type] = kind
    } else if (!/^# (HELP|UNIT) [a-zA-Z_:][\w:]* /.test(line)) {
      const [, series, value] = sample.exec(line) ?? []
      expect(series, `not a sample: ${line}`).toBeDefined()
      expect(samples).not.toHaveProperty([String(series)])
      const family = String(series).replace(/\{.*/s, '')
      expect(types).toHaveProperty([types[family] ? family : family.replace(/_(bucket|sum|count)$/, '')])
      samples[String(series)] = Number(value)
    }
  }
  return { types, samples }
}

const label = String.raw`[a-zA-Z_]\w*="(?:[^"\\\n]|\\["\\n])*"`
const sample = new RegExp(String.raw`^([a-zA-Z_:][\w:]*(?:\{${label}(?:,${label})*\})?) ([-+\d.e]+|[+-]Inf|NaN)$`)
