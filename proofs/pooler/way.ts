/** A way to the pooler that breaks, or stands still for a moment, behind a given byte of what comes back. */
import { once } from 'node:events'
import net from 'node:net'

export interface Way {
  readonly port: number
  /** The next answer passes up to so many bytes. 'stop': and never goes on, while the connection stays. */
  break(after: number, how: 'cut' | 'stall' | 'stop'): void
  /** Everything passes again. @returns whether it has come as far as the break */
  mend(): boolean
  close(): void
}

const stallMs = 15

export async function openWay(port: number): Promise<Way> {
  let plan: { left: number; readonly how: 'cut' | 'stall' | 'stop' } | undefined
  let reached = false
  const sockets = new Set<net.Socket>()

  function pass(data: Buffer, near: net.Socket, far: net.Socket): void {
    if (!plan || data.length <= plan.left) {
      if (plan) plan.left -= data.length
      near.write(data)
      return
    }
    const { left, how } = plan
    plan = undefined
    reached = true
    near.write(data.subarray(0, left))
    if (how === 'cut') {
      near.end()
      far.destroy()
      return
    }
    far.pause()
    if (how === 'stop') return
    setTimeout(() => {
      near.write(data.subarray(left))
      far.resume()
    }, stallMs)
  }

  const server = net.createServer((near) => {
    const far = net.connect({ port, host: '127.0.0.1', noDelay: true })
    near.setNoDelay()
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(one)
      one.on('error', () => {})
      one.on('close', () => {
        sockets.delete(one)
        other.destroy()
      })
    }
    near.on('data', (data) => far.write(data))
    far.on('data', (data: Buffer) => pass(data, near, far))
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return {
    port: (server.address() as net.AddressInfo).port,
    break(after, how) {
      plan = { left: after, how }
      reached = false
    },
    mend() {
      plan = undefined
      return reached
    },
    close() {
      server.close()
      for (const socket of sockets) socket.destroy()
    },
  }
}
