import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { SpanKind } from '@opentelemetry/api'
import { defineErrors } from '@rowhouse/kernel'
import { afterEach, describe, expect, test } from 'vitest'
import { type OtlpSink, startOtlpSink } from './otlp-sink.ts'
import { type Telemetry, startTelemetry } from './sdk.ts'
import { contextFromHeaders, createLog, span, traceId } from './telemetry.ts'

const callerTrace = '4bf92f3577b34da6a3ce929d0e0e4736'
const callerSpan = '00f067aa0ba902b7'
const traceparent = `00-${callerTrace}-${callerSpan}-01`
const errors = defineErrors('sample', {
  absent: { status: 404, title: 'Absent', detail: 'Not there.', operator: 'Look elsewhere.' },
  broken: { status: 500, title: 'Broken', detail: 'Broken.', operator: 'Mend it.' },
})

describe('with a collector', () => {
  let sink: OtlpSink
  let telemetry: Telemetry | undefined
  const start = async () => {
    sink = await startOtlpSink()
    telemetry = await startTelemetry({ serviceName: 'test', otlpEndpoint: `${sink.url}/` })
  }
  const finish = async () => {
    await telemetry?.shutdown()
    telemetry = undefined
  }
  const sent = (name: string) => sink.spans.find((one) => one.name === name)

  afterEach(async () => {
    await finish()
    await sink.close()
  })

  test("a request's spans arrive as one tree, below the caller's", async () => {
    await start()
    const parent = contextFromHeaders({ traceparent, tracestate: 'vendor=1' })
    const seen: (string | undefined)[] = []
    const value = await span(
      'POST /tickets',
      { tenant: 't1' },
      async (request) => {
        seen.push(traceId(request), traceId())
        await Promise.all(
          ['door', 'mail'].map((name) => span(name, {}, () => new Promise((resolve) => setTimeout(resolve, 2, name)))),
        )
        return 'opened'
      },
      { parent, kind: SpanKind.SERVER },
    )
    await finish()

    expect(value).toBe('opened')
    expect(seen).toEqual([callerTrace, callerTrace])
    expect(sink.requests).toEqual(['POST /v1/traces application/json'])
    expect(sink.spans).toHaveLength(3)
    const root = sent('POST /tickets')
    expect(root).toMatchObject({ traceId: callerTrace, parentSpanId: callerSpan, kind: 2 })
    expect(root?.attributes).toContainEqual({ key: 'tenant', value: { stringValue: 't1' } })
    for (const name of ['door', 'mail'])
      expect(sent(name)).toMatchObject({ traceId: callerTrace, parentSpanId: root?.spanId })
  })

  test('a failure is recorded, without the secrets in its words, and thrown on', async () => {
    await start()
    const failure = new Error('no answer from postgres://app:hunter2@127.0.0.1/db')
    await expect(span('failing', {}, () => Promise.reject(failure))).rejects.toBe(failure)
    await expect(span('broken', {}, () => Promise.reject(errors.broken()))).rejects.toThrow('Broken.')
    await finish()
    expect(sent('failing')?.status).toMatchObject({ code: 2 })
    expect(sent('failing')?.events[0]?.name).toBe('exception')
    expect(sent('broken')?.status).toMatchObject({ code: 2 })
    expect(JSON.stringify(sink.spans)).not.toContain('hunter2')
  })

  test('an answer of the catalogue below 500 is named, but no failure', async () => {
    await start()
    await expect(span('absent', {}, () => Promise.reject(errors.absent()))).rejects.toThrow('Not there.')
    await finish()
    expect(sent('absent')?.status.code ?? 0).toBe(0)
    expect(sent('absent')?.attributes).toEqual([{ key: 'error.type', value: { stringValue: 'sample.absent' } }])
  })

  test('it starts again after a shutdown', async () => {
    await start()
    await span('first', {}, async () => {})
    await finish()
    telemetry = await startTelemetry({ serviceName: 'test', otlpEndpoint: sink.url })
    await span('second', {}, async () => {})
    await finish()
    expect(sink.spans.map(({ name }) => name)).toEqual(['first', 'second'])
  })

  test('an absent collector harms nobody and is told to the log', { timeout: 20_000 }, async () => {
    await start()
    await finish()
    await sink.close()
    const lines: string[] = []
    const log = createLog({ level: 'warn', stream: { write: (line) => void lines.push(line) } })
    telemetry = await startTelemetry({ serviceName: 'test', otlpEndpoint: 'http://127.0.0.1:1', log })
    expect(await span('lost', {}, async () => 1)).toBe(1)
    await finish()
    expect(lines.join('')).toContain('ECONNREFUSED')
    sink = await startOtlpSink()
  })
})

describe('without a collector', () => {
  test('spans do nothing, the work is done and the caller keeps its trace', async () => {
    const seen = await span('quiet', {}, async (one) => [one.isRecording(), traceId(one)])
    expect(seen).toEqual([false, undefined])
    const parent = contextFromHeaders({ traceparent })
    expect(await span('quiet', {}, async (one) => traceId(one), { parent })).toBe(callerTrace)
    expect(traceId()).toBeUndefined()
  })

  test('nothing is sent, nor is the code that would send it loaded', async () => {
    const script = `
      import { registerHooks } from 'node:module'
      const loaded = []
      registerHooks({ resolve: (name, context, next) => (loaded.push(name), next(name, context)) })
      const { startTelemetry } = await import('./sdk.ts')
      const telemetry = await startTelemetry({ serviceName: 'test' })
      const { trace } = await import('@opentelemetry/api')
      console.log(JSON.stringify({ loaded, isRecording: trace.getTracer('t').startSpan('s').isRecording() }))
      await telemetry.shutdown()`
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], { cwd: import.meta.dirname })
    const [output] = await Promise.all([child.stdout.toArray(), once(child, 'close')])
    const { loaded, isRecording } = JSON.parse(Buffer.concat(output).toString()) as {
      loaded: string[]
      isRecording: boolean
    }
    expect(isRecording).toBe(false)
    expect(loaded.filter((name) => /otlp|sdk-trace|async-hooks/.test(name))).toEqual([])
    expect(loaded).toContain('@opentelemetry/sdk-metrics')
  })
})

describe('traceparent', () => {
  test.each([
    ['a valid one', traceparent, callerTrace],
    ['a later version with more in it', `01-${callerTrace}-${callerSpan}-01-more`, callerTrace],
    ['nothing', undefined, undefined],
    ['version 00 with more in it', `${traceparent}-more`, undefined],
    ['version ff', `ff-${callerTrace}-${callerSpan}-01`, undefined],
    ['an empty trace', `00-${'0'.repeat(32)}-${callerSpan}-01`, undefined],
    ['an empty span', `00-${callerTrace}-${'0'.repeat(16)}-01`, undefined],
    ['capital letters', traceparent.toUpperCase(), undefined],
    ['two of them', [traceparent, traceparent], undefined],
    ['anything else', '__proto__', undefined],
  ])('%s', (_, header, expected) => {
    expect(traceId(contextFromHeaders({ traceparent: header }))).toBe(expected)
  })
})
