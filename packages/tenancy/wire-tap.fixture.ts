/** A TCP proxy on loopback that reads PostgreSQL's messages as they pass, and can cut the line at one of them. */
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

export interface WireTap {
  /** The server's URL, by way of the tap. */
  readonly url: string
  /** The types of the messages that clients have sent since the last look: `PBDES`. */
  sent(): string
  /** How many times the server has said that it is ready for more since the last look: round trips. */
  flights(): number
  /**
   * Cuts every line at the next message of a client that holds `text`: before the server has it, or when the server has
   * answered it and before the client hears of it.
   */
  cutAt(text: string, moment: 'before' | 'answered'): void
  close(): void
}

export async function wireTap(serverUrl: string): Promise<WireTap> {
  const target = new URL(serverUrl)
  const sockets = new Set<Socket>()
  let sent = ''
  let flights = 0
  let cut: { readonly text: string; readonly moment: 'before' | 'answered' } | undefined
  let answerIsCut = false

  const listener = createServer({ noDelay: true }, (client) => {
    const server = connect({ host: target.hostname, port: Number(target.port), noDelay: true })
    const hangUp = () => {
      client.destroy()
      server.destroy()
    }
    for (const socket of [client, server]) {
      sockets.add(socket)
      socket.on('error', hangUp).on('close', hangUp)
    }
    const fromClient = messages(true, (type) => (sent += type))
    const fromServer = messages(false, (type) => (flights += type === 'Z' ? 1 : 0))
    client.on('data', (bytes) => {
      fromClient(bytes)
      if (cut && bytes.includes(cut.text)) {
        answerIsCut = cut.moment === 'answered'
        cut = undefined
        if (!answerIsCut) return hangUp()
      }
      return server.write(bytes)
    })
    server.on('data', (bytes) => {
      fromServer(bytes)
      if (!answerIsCut) return client.write(bytes)
      answerIsCut = false
      return hangUp()
    })
  })
  await once(listener.listen(0, '127.0.0.1'), 'listening')
  const url = new URL(serverUrl)
  url.hostname = '127.0.0.1'
  url.port = String((listener.address() as AddressInfo).port)

  const taken = <T>(value: T, reset: () => void): T => {
    reset()
    return value
  }
  return {
    url: url.href,
    sent: () => taken(sent, () => (sent = '')),
    flights: () => taken(flights, () => (flights = 0)),
    cutAt: (text, moment) => (cut = { text, moment }),
    close() {
      listener.close()
      for (const socket of sockets) socket.destroy()
    },
  }
}

/** Every message is a type, a length that counts itself, and a body; the client's first has no type. */
function messages(startsUntyped: boolean, hear: (type: string) => void): (bytes: Buffer) => void {
  let untyped = startsUntyped
  let rest = Buffer.alloc(0)
  return (bytes) => {
    rest = Buffer.concat([rest, bytes])
    for (;;) {
      const head = untyped ? 0 : 1
      if (rest.length < head + 4) return
      const length = head + rest.readInt32BE(head)
      if (rest.length < length) return
      if (!untyped) hear(String.fromCharCode(rest[0]!))
      untyped = false
      rest = rest.subarray(length)
    }
  }
}
