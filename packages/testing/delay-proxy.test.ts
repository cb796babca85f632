import { once } from 'node:events'
import { type AddressInfo, type Server, connect, createServer } from 'node:net'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { delayProxy } from './delay-proxy.ts'

let echo: Server
let target: string

beforeEach(async () => {
  echo = createServer({ noDelay: true }, (socket) => socket.on('error', () => {}).pipe(socket))
  await once(echo.listen(0, '127.0.0.1'), 'listening')
  target = `tcp://127.0.0.1:${(echo.address() as AddressInfo).port}`
})
afterEach(() => echo.close())

// The quickest tenth, since a busy machine makes any program late.
test('a round trip takes twice the delay more, never less, and at best half a millisecond over', async () => {
  const near = await roundTripMs(target)
  for (const delayMs of [0.5, 2]) {
    const proxy = await delayProxy({ target, delayMs })
    const far = await roundTripMs(proxy.url)
    await proxy.close()
    expect(far - near).toBeGreaterThan(2 * delayMs - 0.05)
    expect(far - near).toBeLessThan(2 * delayMs + 0.5)
  }
})

test('bytes arrive whole and in order, and the end after them', async () => {
  const proxy = await delayProxy({ target, delayMs: 1 })
  const socket = connect({ host: '127.0.0.1', port: proxy.port })
  const sent = Buffer.from(Array.from({ length: 1_000_000 }, (_, n) => n % 251))
  socket.end(sent)
  const received: Buffer[] = []
  for await (const bytes of socket) received.push(bytes as Buffer)
  expect(Buffer.concat(received).equals(sent)).toBe(true)
  await proxy.close()
})

async function roundTripMs(url: string): Promise<number> {
  const socket = connect({ host: '127.0.0.1', port: Number(new URL(url).port), noDelay: true })
  await once(socket, 'connect')
  const times: number[] = []
  for (let n = 0; n < 200; n += 1) {
    const start = performance.now()
    socket.write('ping')
    await once(socket, 'data')
    times.push(performance.now() - start)
  }
  socket.destroy()
  return times.toSorted((a, b) => a - b)[20] ?? Infinity
}
