import type { IncomingMessage } from 'node:http'
import { httpErrors } from './errors.ts'

/** Headers that decide who asks whom for what, and which may stand once. Sent twice, Node keeps the first and another program the last. */
const single = new Set(['authorization', 'content-type', 'host', 'idempotency-key'])

/**
 * Refuses requests that two programs may read in two ways.
 *
 * @throws http.invalid_request
 */
export function checkRequestForm({ url = '', rawHeaders }: IncomingMessage): void {
  // An absolute URL would name a second host; a fragment never travels (RFC 9112, 3.2).
  if (!url.startsWith('/') || url.includes('#')) throw httpErrors.invalidRequest({ detail: 'The URL must be a path.' })
  const seen = new Set<string>()
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index]?.toLowerCase() ?? ''
    if (!single.has(name)) continue
    if (seen.has(name)) throw httpErrors.invalidRequest({ detail: `The header \`${name}\` is sent twice.` })
    seen.add(name)
  }
}
