import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Desk, keys, openDesk } from './desk.fixture.ts'
import { rawRequest } from './raw-request.fixture.ts'

let desk: Desk
beforeAll(async () => {
  desk = await openDesk({ allowedHosts: ['localhost', 'desk.example.com'] })
})
afterAll(() => desk.server.close())

const ask = async (
  host: string | readonly string[],
  { key = keys.acme, target = '/api/v1/tickets', headers = '', method = 'GET' } = {},
) => {
  const hosts = [host].flat().map((name) => `Host: ${name}\r\n`)
  const head = `${hosts.join('')}Authorization: Bearer ${key}\r\n${headers}Connection: close\r\n`
  return rawRequest(desk.port, `${method} ${target} HTTP/1.1\r\n${head}\r\n`)
}

describe('hosts of the platform', () => {
  test.each([
    'localhost',
    'localhost:3000',
    'LOCALHOST',
    'localhost.',
    '127.0.0.1:80',
    '192.0.2.7',
    '[::1]:3000',
    '[::1]',
    'desk.example.com',
  ])('%s serves every tenant', async (host) => {
    expect((await ask(host)).status).toBe(200)
    expect((await ask(host, { key: keys.globex })).status).toBe(200)
  })
})

describe('a tenant’s host', () => {
  test.each(['acme.localhost', 'acme.localhost:3000', 'ACME.localhost', 'Acme.LocalHost.', 'acme.localhost.:3000'])(
    '%s serves its tenant and nobody else',
    async (host) => {
      expect((await ask(host)).status).toBe(200)
      expect((await ask(host, { key: keys.globex })).status).toBe(404)
    },
  )

  test('a key that also lacks the permission learns no more', async () => {
    const foreign = await ask('globex.localhost', { key: keys.reader, method: 'POST' })
    expect(foreign.status).toBe(404)
    expect((await ask('acme.localhost', { key: keys.reader, method: 'POST' })).status).toBe(403)
  })

  test('operators’ paths are not there', async () => {
    expect((await ask('acme.localhost', { key: keys.operator, target: '/operator/v1/tenants' })).status).toBe(404)
    expect((await ask('localhost', { key: keys.operator, target: '/operator/v1/tenants' })).status).toBe(200)
  })
})

describe('anything else is refused', () => {
  test.each([
    'evil.example',
    'acme.localhost.evil.example',
    'acme',
    'x.acme.localhost',
    'xn--acm-epa.localhost',
    '2130706433',
    '0x7f.1',
    'localhost.localhost',
  ])('%s: nobody lives there', async (host) => {
    expect((await ask(host)).status).toBe(404)
  })

  test.each([
    '',
    ' ',
    '.',
    'acme..localhost',
    'acme.localhost:',
    'acme.localhost:99999999',
    'acme.localhost:80:80',
    'a@acme.localhost',
    'acme.localhost/',
    'acme.localhost,globex.localhost',
    'acme_localhost',
    'acmé.localhost',
    '[::1',
    '[evil]',
    '::1',
    'a'.repeat(300),
  ])('“%s” is no host', async (host) => {
    expect((await ask(host)).status).toBe(400)
  })

  test('no Host at all', async () => {
    expect((await ask([])).status).toBe(400)
    expect((await rawRequest(desk.port, 'GET /api/v1/tickets HTTP/1.0\r\n\r\n')).status).toBe(400)
  })

  test('two Hosts, also twice the same', async () => {
    expect((await ask(['acme.localhost', 'globex.localhost'])).status).toBe(400)
    expect((await ask(['acme.localhost', 'acme.localhost'])).status).toBe(400)
  })

  test('an absolute URL', async () => {
    expect((await ask('globex.localhost', { target: 'http://acme.localhost/api/v1/tickets' })).status).toBe(400)
    expect((await ask('acme.localhost', { target: 'http://acme.localhost/api/v1/tickets' })).status).toBe(400)
    expect((await ask('acme.localhost', { target: '*' })).status).toBe(400)
  })
})

test('no other header names the host or the tenant', async () => {
  const headers = [
    'X-Forwarded-Host: globex.localhost',
    'Forwarded: host=globex.localhost',
    'X-Host: globex.localhost',
    'X-Tenant-Id: globex',
    'X-Original-URL: /nowhere',
    'X-HTTP-Method-Override: DELETE',
  ]
  const answer = await ask('acme.localhost', { headers: headers.map((header) => `${header}\r\n`).join('') })
  expect(answer.status).toBe(200)
  expect((await ask('globex.localhost', { headers: 'X-Forwarded-Host: acme.localhost\r\n' })).status).toBe(404)
})

test('probes may ask by any name', async () => {
  expect((await ask('10-0-0-7.pods.internal', { target: '/healthz' })).status).toBe(200)
  expect((await rawRequest(desk.port, 'GET /readyz HTTP/1.0\r\n\r\n')).status).toBe(200)
})
