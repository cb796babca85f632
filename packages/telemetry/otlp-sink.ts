import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { json } from 'node:stream/consumers'

/** A span as OTLP/HTTP writes it in JSON, the part that tests look at. */
export interface SentSpan {
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId?: string
  readonly name: string
  readonly kind: number
  readonly attributes: { key: string; value: Record<string, unknown> }[]
  readonly events: { name: string; attributes: { key: string; value: { stringValue?: string } }[] }[]
  readonly links: { readonly traceId: string; readonly spanId: string }[]
  readonly status: { code?: number; message?: string }
}

export interface OtlpSink {
  readonly url: string
  readonly requests: string[]
  readonly spans: SentSpan[]
  close(): Promise<void>
}

/** Receives what an OpenTelemetry collector would, over HTTP on loopback. For tests. */
export async function startOtlpSink(): Promise<OtlpSink> {
  const requests: string[] = []
  const spans: SentSpan[] = []
  const server = createServer((request, response) => {
    requests.push(`${request.method} ${request.url} ${request.headers['content-type']}`)
    void json(request).then((body) => {
      const { resourceSpans } = body as Traces
      spans.push(...resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap((scope) => scope.spans)))
      response.setHeader('content-type', 'application/json').end('{}')
    })
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    spans,
    async close() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

interface Traces {
  readonly resourceSpans: { scopeSpans: { spans: SentSpan[] }[] }[]
}
