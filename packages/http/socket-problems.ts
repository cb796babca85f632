/** Answers to what never becomes a request: Node's parser or its timeouts gave up on it, and only the socket is left. */
import { STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import { type RowhouseError, newId } from '@rowhouse/kernel'
import { httpErrors } from './errors.ts'
import { securityHeaders } from './headers.ts'
import { problemHeaders, problemOf } from './problem.ts'

/** What `clientError` of Node's server means. */
export function socketError(error: { readonly code?: string }): RowhouseError {
  if (error.code === 'HPE_HEADER_OVERFLOW') return httpErrors.headersTooLarge()
  if (error.code === 'ERR_HTTP_REQUEST_TIMEOUT') return httpErrors.requestTimeout()
  if (error.code === 'HPE_CHUNK_EXTENSIONS_OVERFLOW') return httpErrors.payloadTooLarge()
  return httpErrors.invalidRequest({ detail: 'This is not valid HTTP/1.1.', cause: error })
}

/** Writes the whole answer and closes. @returns its request id, for the log */
export function answerSocket(socket: Socket, error: RowhouseError): string {
  const requestId = newId()
  const body = JSON.stringify(problemOf(error, requestId))
  const headers = {
    ...problemHeaders(error),
    ...securityHeaders,
    'x-request-id': requestId,
    'content-length': String(Buffer.byteLength(body)),
    connection: 'close',
  }
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  socket.end(`HTTP/1.1 ${error.status} ${STATUS_CODES[error.status]}\r\n${lines.join('')}\r\n${body}`)
  return requestId
}
