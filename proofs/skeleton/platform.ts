/** The whole product as `npm start` runs it, with everything kept that it says to anybody: answers aside, log, metrics and traces. */
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import pg from 'pg'
import type { Demo } from '../../apps/server/demo.ts'
import type { Edit } from '../nodes/edit.ts'
import { startNode } from '../nodes/node.ts'

export interface Platform {
  readonly origin: string
  readonly demo: Demo
  /** The log so far, one line each. */
  log(): string[]
  metrics(): Promise<string>
  /** The spans so far, as text; those that still wait come when it stops. */
  spans(): string[]
  /** The embedded server's own log, from this start on. */
  databaseLog(): string
  /** A superuser's connection to one of its databases; the caller ends it. */
  admin(databaseName: string): Promise<pg.Client>
  /** Safe to call twice. */
  stop(): Promise<void>
}

/** A collector would get every span: at the proof's pace the exporter's queue of 2,048 drops some. */
const keepEverySpan: Edit = {
  file: 'packages/telemetry/sdk.ts',
  from: 'new BatchSpanProcessor({ exporter })',
  to: 'new BatchSpanProcessor({ exporter, maxQueueSize: 1_000_000, maxExportBatchSize: 2_000 })',
}

/** @param home its ROWHOUSE_HOME: with the same one it is the same deployment */
export async function startPlatform(home: string, edits: readonly Edit[] = []): Promise<Platform> {
  const kept = (name: string) => readFileSync(join(home, name), 'utf8')
  const databaseLog = 'postgres/postgres.log'
  const before = existsSync(join(home, databaseLog)) ? kept(databaseLog).length : 0
  const collector = await startCollector()
  const node = await startNode(
    {
      ROWHOUSE_HOME: home,
      LOG_LEVEL: 'debug',
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    },
    { edits: [keepEverySpan, ...edits] },
  ).catch(async (error: unknown) => {
    await collector.close()
    throw error
  })
  let stopped: Promise<void> | undefined
  return {
    origin: node.origin,
    demo: JSON.parse(kept('demo.json')) as Demo,
    log: () => node.output().split('\n'),
    metrics: () => node.metrics(),
    spans: () => collector.spans(),
    databaseLog: () => kept(databaseLog).slice(before),
    async admin(databaseName) {
      const [port, password] = [kept('postgres/port').trim(), kept('postgres/password').trim()]
      const client = new pg.Client(`postgres://postgres:${password}@127.0.0.1:${port}/${databaseName}`)
      // A server that goes away shows at the next statement.
      client.on('error', () => {})
      await client.connect()
      return client
    },
    stop: () => (stopped ??= node.stop().then(() => collector.close())),
  }
}

interface Traces {
  readonly resourceSpans: readonly { readonly scopeSpans: readonly { readonly spans: readonly object[] }[] }[]
}

/** What an OpenTelemetry collector would be, keeping every span. */
async function startCollector() {
  const bodies: string[] = []
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      bodies.push(body)
      response.setHeader('content-type', 'application/json').end('{}')
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    spans: () =>
      bodies
        .flatMap((body) => (JSON.parse(body) as Traces).resourceSpans)
        .flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans))
        .map((span) => JSON.stringify(span)),
    async close() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
