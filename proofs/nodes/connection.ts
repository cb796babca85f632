/**
 * HTTP/1.1 as bytes on one socket that is kept open: a proof decides when which byte leaves, and sends what no HTTP client
 * would. One request at a time.
 */
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'

export interface Answer {
  readonly status: number
  /** Names in lower case. */
  readonly headers: ReadonlyMap<string, string>
  readonly body: string
}

export interface Connection {
  /** Sends all but the last byte, so that `ask` has the server begin at once. */
  prepare(request: Buffer): Promise<void>
  /** Sends what was prepared, or this request. @throws Lost when the connection ends before the answer did */
  ask(request?: Buffer): Promise<Answer>
  readonly open: boolean
  close(): void
}

/** The answer never came, or not whole: what happened is unknown. */
export class Lost extends Error {}

export async function openConnection(port: number): Promise<Connection> {
  const socket = connect({ host: '127.0.0.1', port, noDelay: true })
  await once(socket, 'connect').catch((cause: unknown) => {
    throw new Lost('not connected', { cause })
  })
  let held: Buffer | undefined
  return {
    async prepare(request) {
      held = request.subarray(-1)
      if (!socket.destroyed) await new Promise((sent) => socket.write(request.subarray(0, -1), sent))
    },
    ask(request = held ?? Buffer.alloc(0)) {
      const answer = nextAnswer(socket)
      if (!socket.destroyed) socket.write(request)
      held = undefined
      return answer
    },
    get open() {
      return !socket.destroyed && socket.writable
    },
    close: () => void socket.destroy(),
  }
}

function nextAnswer(socket: Socket): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>()
  let received = Buffer.alloc(0)
  const onData = (bytes: Buffer) => {
    received = Buffer.concat([received, bytes])
    const answer = parseAnswer(received)
    if (answer) settle(() => resolve(answer))
  }
  const onEnd = () => settle(() => reject(new Lost(`after ${received.length} bytes`)))
  const settle = (how: () => void) => {
    socket.off('data', onData).off('close', onEnd).off('end', onEnd)
    how()
  }
  // Its `close` follows.
  if (socket.listenerCount('error') === 0) socket.on('error', () => {})
  socket.on('data', onData).on('close', onEnd).on('end', onEnd)
  if (socket.destroyed) onEnd()
  return promise
}

/** The answer that these bytes begin with, when it is whole. The server gives every body its length. */
export function parseAnswer(bytes: Buffer): Answer | undefined {
  const end = bytes.indexOf('\r\n\r\n')
  if (end === -1) return undefined
  const [first = '', ...lines] = bytes.toString('latin1', 0, end).split('\r\n')
  const headers = new Map(
    lines.map((line) => {
      const at = line.indexOf(':')
      return [line.slice(0, at).toLowerCase(), line.slice(at + 1).trim()] as const
    }),
  )
  const body = bytes.subarray(end + 4)
  const length = Number(headers.get('content-length') ?? 0)
  if (body.length < length) return undefined
  return { status: Number(first.split(' ')[1]), headers, body: body.toString('utf8', 0, length) }
}
