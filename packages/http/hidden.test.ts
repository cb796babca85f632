import { expect, test } from 'vitest'
import { acme, globex, keys, openDesk, ticketOf } from './desk.fixture.ts'
import { rawRequest } from './raw-request.fixture.ts'

test('a thing of another tenant, a thing that is missing and a host of another tenant are one answer', async () => {
  await using desk = await openDesk()
  const ask = async (path: string, host = 'localhost') => {
    const head = `Host: ${host}\r\nAuthorization: Bearer ${keys.acme}\r\nConnection: close\r\n`
    const answer = await rawRequest(desk.port, `GET ${path} HTTP/1.1\r\n${head}\r\n`)
    // The request's id and the second it was answered in are all that may differ.
    return answer.text.replaceAll(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, 'ID').replace(/^date: .*$/im, 'date: D')
  }
  const own = await ask(`/api/v1/tickets/${ticketOf[acme]}`)
  expect(own).toMatch(/^HTTP\/1.1 200 /)

  const missing = await ask('/api/v1/tickets/0198c7a0-dead-7000-8000-000000000000')
  expect(missing).toMatch(/^HTTP\/1.1 404 /)
  expect(await ask(`/api/v1/tickets/${ticketOf[globex]}`)).toBe(missing)
  expect(await ask(`/api/v1/tickets/${ticketOf[acme]}`, 'globex.localhost')).toBe(missing)
  expect(await ask('/api/v1/tickets', 'globex.localhost')).toBe(missing)
  expect(await ask('/api/v1/nothing')).toBe(missing)
  expect(await ask(`/api/v1/tickets/${ticketOf[acme]}`, 'nobody.localhost')).toBe(missing)
})
