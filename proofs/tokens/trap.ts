/** A place on loopback where nobody may come: tokens that bring or name keys point here. */
import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'

export interface Trap {
  readonly url: string
  readonly visits: number
  close(): void
}

export async function openTrap(): Promise<Trap> {
  let visits = 0
  const server = createServer((socket) => {
    visits += 1
    socket.destroy()
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    get visits() {
      return visits
    },
    close: () => void server.close(),
  }
}
