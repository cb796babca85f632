import { once } from 'node:events'
import { connect } from 'node:net'
import { setTimeout } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { openDesk, operation } from './desk.fixture.ts'

function gate() {
  const begun = Promise.withResolvers<void>()
  const opened = Promise.withResolvers<void>()
  const slow = operation('desk.wait', {
    http: 'GET /wait',
    input: z.object({}),
    run: async () => {
      begun.resolve()
      await opened.promise
      return {}
    },
  })
  return { operations: [slow], begun: begun.promise, open: opened.resolve }
}

test('a request under way is answered, its connection is closed, nothing new is accepted', async () => {
  const { operations, begun, open } = gate()
  const desk = await openDesk({ operations })
  const answer = desk.call('/api/v1/wait')
  await begun
  const closed = desk.server.close()
  expect(await desk.server.ready()).toEqual(['The server is stopping'])
  await setTimeout(50)
  await expect(desk.call('/healthz')).rejects.toThrow('fetch failed')
  open()
  expect((await answer).status).toBe(200)
  expect((await answer).headers.get('connection')).toBe('close')
  const began = performance.now()
  await closed
  expect(performance.now() - began).toBeLessThan(500)
})

test('connections that are idle, silent or half a request do not keep the server', async () => {
  const desk = await openDesk({ drainTimeoutMs: 1_000 })
  const idle = connect(desk.port, '127.0.0.1')
  idle.write('GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n')
  await once(idle, 'data')
  const silent = connect(desk.port, '127.0.0.1')
  const half = connect(desk.port, '127.0.0.1')
  half.write('GET /healthz HTTP/1.1\r\nHost: loc')
  const ended = [idle, silent, half].map((socket) =>
    once(
      socket.resume().on('error', () => {}),
      'close',
    ),
  )
  await setTimeout(50)
  const began = performance.now()
  await desk.server.close()
  expect(performance.now() - began).toBeLessThan(1_500)
  await Promise.all(ended)
})

test('a request that was half sent when closing began is served, not refused', async () => {
  const desk = await openDesk()
  const socket = connect(desk.port, '127.0.0.1')
  let text = ''
  socket.on('data', (chunk: Buffer) => (text += chunk.toString()))
  socket.write('GET /api/v1/tickets HTTP/1.1\r\nHost: localhost\r\n')
  await setTimeout(50)
  const closed = desk.server.close()
  await setTimeout(50)
  socket.write('Authorization: Bearer acme-key\r\n\r\n')
  await once(socket, 'close')
  await closed
  expect(text).toMatch(/^HTTP\/1.1 200 OK\r\n/)
  expect(text).toMatch(/^connection: close\r\n/im)
})

test('what does not end in time is cut off', async () => {
  const { operations, begun } = gate()
  const desk = await openDesk({ operations, drainTimeoutMs: 300 })
  const answer = desk.call('/api/v1/wait').then(
    () => 'answered',
    () => 'cut off',
  )
  await begun
  const began = performance.now()
  await desk.server.close()
  expect(performance.now() - began).toBeLessThan(1_000)
  expect(await answer).toBe('cut off')
  await expect.poll(() => desk.lines()).toMatchObject([{ operation: 'desk.wait', aborted: true }])
})
