import { createLog } from '@rowhouse/telemetry'
import { expect, test } from 'vitest'
import { openDesk } from './desk.fixture.ts'
import { createManagementServer } from './http.ts'

const log = createLog({ level: 'silent' })
const metricsText = async () => 'up 1\n'
const here = { host: '127.0.0.1', port: 0 }

test('it has metrics, health and readiness with reasons, by GET only', async () => {
  const server = createManagementServer({ ready: async () => ['PostgreSQL does not answer'], metricsText, log })
  const origin = await server.listen(here)
  const metrics = await fetch(`${origin}/metrics`)
  expect(metrics.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8')
  expect(await metrics.text()).toBe('up 1\n')
  expect((await fetch(`${origin}/healthz`)).status).toBe(200)
  const ready = await fetch(`${origin}/readyz`)
  expect(await ready.json()).toMatchObject({
    status: 503,
    code: 'http.unavailable',
    detail: 'PostgreSQL does not answer',
  })
  expect((await fetch(`${origin}/metrics`, { method: 'POST' })).status).toBe(405)
  expect((await fetch(`${origin}/api/v1/tickets`)).status).toBe(404)
  await server.close()
})

test('the public /readyz gives no reasons, and a time to come back', async () => {
  await using desk = await openDesk({ ready: async () => ['db.internal does not answer'] })
  const answer = await desk.call('/readyz', { key: null })
  expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '2'])
  expect(await answer.text()).not.toContain('db.internal')
})

test('a check that throws or hangs is a no', async () => {
  for (const ready of [() => Promise.reject(new Error('broken')), () => new Promise<never>(() => {})]) {
    await using desk = await openDesk({ ready })
    expect((await desk.call('/readyz')).status).toBe(503)
  }
})

test('a taken port is one sentence', async () => {
  await using desk = await openDesk()
  const server = createManagementServer({ ready: async () => [], metricsText, log })
  await expect(server.listen({ host: '127.0.0.1', port: desk.port })).rejects.toMatchObject({
    code: 'http.cannot_listen',
    operator: `Cannot listen on 127.0.0.1:${desk.port}: the port is taken. Stop the program that has it, or choose another port.`,
  })
})
