import { isUtf8 } from 'node:buffer'
import type { Email } from 'postal-mime'

export type Content = Pick<Email, 'text' | 'html' | 'attachments'>

/** A multipart of which no part was found: its boundary is missing, or is not the one that stands in the body. */
export const hasLostParts = ({ headers, text, html, attachments }: Email): boolean =>
  /^multipart\//i.test(typeOf(headers)) && text === undefined && html === undefined && attachments.length === 0

/**
 * What was meant, as far as can be told: parts between the first line in the body that looks like a boundary and comes
 * again, or else the body as it stands. Nothing that somebody wrote is lost.
 */
export async function findParts(
  message: Uint8Array,
  { headers }: Pick<Email, 'headers'>,
  parse: (message: Uint8Array) => Promise<Email>,
): Promise<Content> {
  const source = Buffer.from(message).toString('latin1')
  const body = source.slice(/\n\r?\n/.exec(source)?.index ?? source.length)
  const found = boundaryIn(body)
  if (found !== undefined) {
    const [type] = /^multipart\/[\w.+-]*/i.exec(typeOf(headers))!
    const header = `Content-Type: ${type}; boundary="${found.boundary.replaceAll(/["\\]/g, '\\$&')}"\r\n\r\n`
    const mail = await parse(Buffer.from(header + body.slice(found.at), 'latin1'))
    if (mail.text !== undefined || mail.html !== undefined || mail.attachments.length > 0) return mail
  }
  return { text: /^(?!--)[^\r\n]*\S/m.test(body) ? decoded(body) : '', attachments: [] }
}

/** Postal-mime, too, goes by the first of a repeated field. */
const typeOf = (headers: Email['headers']) => headers.find(({ key }) => key === 'content-type')?.value ?? ''

function boundaryIn(body: string): { readonly boundary: string; readonly at: number } | undefined {
  const markers = Array.from(body.matchAll(/^--[^\r\n]+/gm), ({ 0: line, index: at }) => ({
    at,
    marker: line.trimEnd(),
  }))
  const counts = new Map<string, number>()
  for (const { marker } of markers) {
    const name = marker.endsWith('--') ? marker.slice(0, -2) : marker
    counts.set(name, (counts.get(name) ?? 0) + 1)
  }
  const found = markers.find(
    ({ marker }) => marker.length > 2 && !marker.endsWith('--') && counts.get(marker)! > 1 && marker.length <= 1_000,
  )
  return found && { boundary: found.marker.slice(2), at: found.at }
}

function decoded(body: string): string {
  const bytes = Buffer.from(body, 'latin1')
  return new TextDecoder(isUtf8(bytes) ? 'utf-8' : 'windows-1252').decode(bytes)
}
