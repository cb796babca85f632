import { connect } from 'node:net'
import { setTimeout } from 'node:timers/promises'

export interface RawAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  /** Everything that came, for those who look at the bytes. */
  readonly text: string
}

/**
 * Sends bytes as no HTTP client would, and reads until the server closes or is silent for a while.
 *
 * @param parts sent one after the other, `pauseMs` apart
 */
export async function rawRequest(port: number, parts: string | readonly (string | Uint8Array)[], { pauseMs = 20, silenceMs = 400 } = {}): Promise<RawAnswer> {
  const socket = connect(port, '127.0.0.1')
  const chunks: Buffer[] = []
  const ended = Promise.withResolvers<void>()
  let silence = globalThis.setTimeout(ended.resolve, 5_000)
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
  const [head = '', ...rest] = text.split('\r\n\r\n')
  const [line = '', ...fields] = head.split('\r\n')
  const headers = fields.map((field): [string, string] => {
    const colon = field.indexOf(':')
    return [field.slice(0, colon).toLowerCase(), field.slice(colon + 1).trim()]
  })
  return { status: Number(line.split(' ')[1]), headers: Object.fromEntries(headers), body: rest.join('\r\n\r\n'), text }
}
