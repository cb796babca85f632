import { expect, test } from 'vitest'
import { acme, openDesk, ticketOf } from './desk.fixture.ts'

test('one line a request: who, what, how it went; never the URL', async () => {
  await using desk = await openDesk()
  await desk.call(`/api/v1/tickets/${ticketOf[acme]}?q=private`, { headers: { 'x-request-id': 'mine-1' } })
  await desk.call(`/api/v1/tickets/${ticketOf[acme]}`, { headers: { 'x-request-id': 'not valid!' } })
  await desk.call('/api/v1/break/throw', { method: 'POST' })
  await desk.call('/%zz', { key: null })
  await desk.call('/api/v1/break/busy', { method: 'POST' })
  await desk.call('/api/v1/tickets', {
    method: 'POST',
    body: '{"subject":"Sent twice"}',
    headers: { 'content-type': 'application/json', 'idempotency-key': 'a-key' },
  })
  await desk.server.close()
  const lines = desk.lines()
  expect(lines).toHaveLength(6)
  const common = {
    tenant: acme,
    actor: 'api-key:key-1',
    operation: 'tickets.get',
    method: 'GET',
    path: '/api/v1/tickets/:id',
  }
  expect(lines[0]).toMatchObject({ ...common, status: 400, code: 'http.invalid_request', clientRequestId: 'mine-1' })
  expect(lines[1]).toMatchObject({ ...common, status: 200 })
  expect(lines[1]).not.toHaveProperty('clientRequestId')
  expect(lines[1]).not.toHaveProperty('replayed')
  expect(lines[1]?.['durationMs']).toBeGreaterThan(0)
  expect(lines[2]).toMatchObject({ level: 'error', operation: 'desk.break', status: 500, code: 'http.internal' })
  expect(JSON.stringify(lines[2])).toContain('select secret from tickets')
  expect(lines[3]).toMatchObject({ status: 400, code: 'http.invalid_request' })
  expect(lines[4]).toMatchObject({ level: 'warn', status: 503, code: 'desk.busy', reason: 'The desk is busy.' })
  expect(lines[4]).not.toHaveProperty('err')
  expect(lines[5]).toMatchObject({ operation: 'tickets.open', status: 201, replayed: true })
  expect(JSON.stringify(lines)).not.toMatch(/private|acme-key|a-key/)
})
