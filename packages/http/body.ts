import type { IncomingMessage } from 'node:http'
import { httpErrors } from './errors.ts'

/** Whether the request brings a body (RFC 9112, 6.3). */
export const hasBody = ({ headers }: IncomingMessage): boolean =>
  headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0

/** @throws http.unsupported_media_type naming what is accepted */
export function checkContentType({ headers }: IncomingMessage, accepted: string): void {
  const [type = '', ...parameters] = (headers['content-type'] ?? '').toLowerCase().split(';')
  const charset = parameters.map((parameter) => parameter.trim()).find((parameter) => parameter.startsWith('charset='))
  const utf8 = charset === undefined || /^charset="?utf-8"?$/.test(charset)
  const plain = (headers['content-encoding'] ?? 'identity').toLowerCase() === 'identity'
  if (type.trim() === accepted && plain && (utf8 || accepted !== 'application/json')) return
  throw httpErrors.unsupportedMediaType({ detail: `Send \`Content-Type: ${accepted}\`, uncompressed.` })
}

/**
 * Reads the body, at most `limitBytes` of it.
 *
 * What is over the limit is read and dropped, not cut off: a client that still sends could not read the answer. How long
 * that may last is bounded by the server's request timeout.
 *
 * @throws http.payload_too_large naming the limit, http.invalid_request when the client went away
 */
export function readBody(request: IncomingMessage, limitBytes: number): Promise<Buffer> {
  const tooLarge = () =>
    httpErrors.payloadTooLarge({ errors: [{ pointer: '', detail: `The body is larger than ${limitBytes} bytes` }] })
  if (Number(request.headers['content-length'] ?? 0) > limitBytes) {
    request.resume()
    return Promise.reject(tooLarge())
  }
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let lengthBytes = 0
    request.on('data', (chunk: Buffer) => {
      lengthBytes += chunk.length
      if (lengthBytes <= limitBytes) chunks.push(chunk)
      else {
        chunks.length = 0
        reject(tooLarge())
      }
    })
    request.once('end', () => resolve(Buffer.concat(chunks)))
    request.once('error', () => reject(httpErrors.invalidRequest({ detail: 'The body broke off.' })))
  })
}
