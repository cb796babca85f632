import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { startTelemetry } from '@rowhouse/telemetry/sdk'
import { expect, test } from 'vitest'
import { acme, openDesk } from './desk.fixture.ts'

interface Sent {
  resourceSpans: {
    scopeSpans: {
      spans: { name: string; traceId: string; parentSpanId: string; kind: number; attributes: unknown[] }[]
    }[]
  }[]
}

test('one span a request, named by operation, in the caller’s trace; and its metrics', async () => {
  const bodies: string[] = []
  const collector = createServer((request, response) => {
    let body = ''
    request.on('data', (chunk: Buffer) => (body += chunk.toString()))
    request.on('end', () => bodies.push(body))
    response.setHeader('content-type', 'application/json').end('{}')
  }).listen(0, '127.0.0.1')
  await once(collector, 'listening')
  const otlpEndpoint = `http://127.0.0.1:${(collector.address() as AddressInfo).port}`
  const telemetry = await startTelemetry({ serviceName: 'desk', otlpEndpoint })
  const desk = await openDesk()
  await desk.call('/api/v1/tickets', {
    headers: { traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' },
  })
  await desk.call('/nowhere')
  const metrics = await telemetry.metricsText()
  await desk.server.close()
  await telemetry.shutdown()
  collector.close()

  const spans = bodies.flatMap((body) =>
    (JSON.parse(body) as Sent).resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap((scope) => scope.spans)),
  )
  expect(spans).toMatchObject([
    { name: 'tickets.list', traceId: '0af7651916cd43dd8448eb211c80319c', parentSpanId: 'b7ad6b7169203331', kind: 2 },
  ])
  expect(JSON.stringify(spans[0]?.attributes)).toContain(acme)
  expect(desk.lines()[0]).toMatchObject({ traceId: '0af7651916cd43dd8448eb211c80319c' })
  expect(metrics).toMatch(/http_server_request_duration_seconds_count\{operation="tickets.list",status="2xx".*\} 1\n/)
  expect(metrics).toMatch(/http_server_request_duration_seconds_count\{operation="none",status="4xx".*\} 1\n/)
  expect(metrics).toMatch(/^http_server_active_requests/m)
  expect(metrics).not.toContain(acme)
})
