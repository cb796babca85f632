/** A proxy for one connection that hands on what the client sends, keeps the server's answer and gives away its beginning. */
import { once } from 'node:events'
import { type AddressInfo, connect, createServer } from 'node:net'
import { type Answer, parseAnswer } from '../nodes/connection.ts'

export interface Cut {
  readonly port: number
  /** What the server answered, of which the client saw `bytes`. */
  readonly withheld: Promise<Answer>
  close(): void
}

/** @param bytes of the answer that reach the client before its connection breaks */
export async function openCut(port: number, bytes: number): Promise<Cut> {
  const withheld = Promise.withResolvers<Answer>()
  // Whoever does not ask for it need not hear that it never came.
  withheld.promise.catch(() => {})
  const server = createServer((client) => {
    const upstream = connect({ host: '127.0.0.1', port, noDelay: true })
    let received = Buffer.alloc(0)
    client.on('data', (data) => upstream.write(data)).on('error', () => {})
    upstream
      .on('error', () => {})
      .on('close', () => {
        client.destroy()
        withheld.reject(new Error('The server did not answer'))
      })
    upstream.on('data', (data: Buffer) => {
      received = Buffer.concat([received, data])
      const answer = parseAnswer(received)
      if (!answer) return
      withheld.resolve(answer)
      client.end(received.subarray(0, Math.min(bytes, received.length - 1)))
      upstream.destroy()
    })
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return { port: (server.address() as AddressInfo).port, withheld: withheld.promise, close: () => void server.close() }
}
