import { connect } from 'node:net'
import { setTimeout } from 'node:timers/promises'

export interface RawAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  /** The first answer's, by its Content-Length. */
  readonly body: string
  /** Everything that came, for those who look at the bytes. */
  readonly text: string
}

/**
 * Sends bytes as no HTTP client would, and reads until the server closes or is silent for a while.
 *
 * @param parts sent one after the other, `pauseMs` apart
 * @param timing.patienceMs how long to wait for the first byte, and `silenceMs` for the next
 */
export async function rawRequest(
  port: number,
  parts: string | readonly (string | Uint8Array)[],
  { pauseMs = 20, silenceMs = 400, patienceMs = 5_000 } = {},
): Promise<RawAnswer> {
  const socket = connect(port, '127.0.0.1')
  const chunks: Buffer[] = []
  const ended = Promise.withResolvers<void>()
  let silence = globalThis.setTimeout(ended.resolve, patienceMs)
  socket.on('data', (chunk) => {
    chunks.push(chunk)
    clearTimeout(silence)
    silence = globalThis.setTimeout(ended.resolve, silenceMs)
  })
  socket.on('error', () => ended.resolve())
  socket.on('close', () => ended.resolve())
  for (const part of [parts].flat()) {
    if (!socket.destroyed) socket.write(part)
    await setTimeout(pauseMs)
  }
  await ended.promise
  clearTimeout(silence)
  socket.destroy()
  return parsed(Buffer.concat(chunks).toString())
}

function parsed(text: string): RawAnswer {
  const end = text.indexOf('\r\n\r\n')
  const [line = '', ...fields] = text.slice(0, end).split('\r\n')
  const headers = Object.fromEntries(
    fields.map((field): [string, string] => {
      const colon = field.indexOf(':')
      return [field.slice(0, colon).toLowerCase(), field.slice(colon + 1).trim()]
    }),
  )
  const rest = Buffer.from(text.slice(end + 4))
  const body = rest.subarray(0, Number(headers['content-length'] ?? rest.length)).toString()
  return { status: Number(line.split(' ')[1]), headers, body, text }
}
