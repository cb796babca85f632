/** A network between a client and a server that loses what a test wants lost. */
import { once } from 'node:events'
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'

/** What befalls a request: it never arrives, its answer never comes or is cut off, or somebody else answers. */
export type Fault = 'lost' | 'answer lost' | 'answer cut' | 'silence' | Answer

interface Answer {
  readonly status: number
  readonly headers?: Record<string, string>
  readonly body?: string
}

export interface FaultProxy {
  readonly origin: string
  /** The method and path of each request, as it came. */
  readonly seen: { readonly line: string; readonly headers: IncomingMessage['headers'] }[]
  /** For the next requests, one each; null lets one pass. */
  readonly faults: (Fault | null)[]
  /** For every request that `faults` says nothing about. */
  always: Fault | null
  close(): Promise<void>
}

export async function faultProxy(target: string): Promise<FaultProxy> {
  const server = createServer((asked, answer) => void serve(asked, answer).catch(() => asked.socket.destroy()))

  async function serve(asked: IncomingMessage, answer: ServerResponse): Promise<void> {
    proxy.seen.push({ line: `${asked.method} ${asked.url}`, headers: asked.headers })
    const body = await buffer(asked)
    const fault = proxy.faults.length > 0 ? proxy.faults.shift()! : proxy.always
    if (fault === 'silence') return
    if (fault === 'lost') return void asked.socket.destroy()
    if (typeof fault === 'object' && fault !== null) {
      answer.writeHead(fault.status, fault.headers).end(fault.body)
      return
    }
    const { host: _, ...headers } = asked.headers
    const passed = request(target + asked.url!, { method: asked.method!, headers }).end(body)
    const [real] = (await once(passed, 'response')) as [IncomingMessage]
    const content = await buffer(real)
    if (fault === 'answer lost') return void asked.socket.destroy()
    answer.writeHead(real.statusCode!, { ...real.headers, 'content-length': content.length })
    if (fault === null) return void answer.end(content)
    answer.write(content.subarray(0, content.length / 2), () => asked.socket.destroy())
  }

  await once(server.listen(0, '127.0.0.1'), 'listening')
  const proxy: FaultProxy = {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen: [],
    faults: [],
    always: null,
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
  return proxy
}
