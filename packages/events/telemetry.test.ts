/** What traces and metrics tell of events: who emitted what is handled, how long it took, what waits and what is parked. */
import { span } from '@rowhouse/telemetry'
import { startTelemetry } from '@rowhouse/telemetry/sdk'
import { postgres18, server } from '@rowhouse/testing'
import { expect, test } from 'vitest'
import { startOtlpSink } from '../telemetry/otlp-sink.ts'
import { happened, openSite, recorder, subscriber, until } from './events.fixture.ts'

test('a handler has a trace of its own that is linked to the emitter’s; metrics say what waits', async () => {
  const sink = await startOtlpSink()
  const telemetry = await startTelemetry({ serviceName: 'test', otlpEndpoint: sink.url })
  const site = await openSite(await server(postgres18))
  const tenantId = await site.tenant()
  const stuck = subscriber('test.stuck', async () => Promise.reject(new Error('canary-42aa')))
  const node = site.node([recorder(), stuck], { maxAttempts: 1 })

  await span('POST /things', {}, () => node.command(tenantId, (emit) => emit(happened, { id: 'canary-42aa', n: 1 })))
  await until(async () => (await node.parkedKeys.list({ after: null, limit: 10 })).items.length === 1)
  let metrics = ''
  await until(async () => {
    metrics = await telemetry.metricsText()
    return /^rowhouse_events_parked_keys(\{.*\})? 1$/m.test(metrics)
  })
  await site.stop()
  await telemetry.shutdown()
  await sink.close()

  for (const name of ['outbox_age_seconds', 'inbox_lag_seconds'])
    expect(metrics).toMatch(new RegExp(`^rowhouse_events_${name}(\\{.*\\})? [\\d.e-]+$`, 'm'))
  for (const outcome of ['subscriber="test.recorder",outcome="handled"', 'subscriber="test.stuck",outcome="failed"'])
    expect(metrics).toContain(`rowhouse_events_handler_duration_seconds_count{${outcome}`)

  const emitted = sink.spans.find(({ name }) => name === 'POST /things')!
  const handled = sink.spans.filter(({ name }) => name === 'handle things.happened')
  expect(handled).toHaveLength(2)
  for (const { traceId, links } of handled) {
    expect(traceId).not.toBe(emitted.traceId)
    expect(links).toMatchObject([{ traceId: emitted.traceId }])
  }
  // The payload is in none of them; the handler's own words are, as with every span that fails.
  expect(JSON.stringify(sink.spans.map(({ attributes }) => attributes))).not.toContain('canary-42aa')
})
