import { isUtf8 } from 'node:buffer'

/**
 * Some programs write plain text below a header that promises base64. Decoded, it would be noise; this takes the promise
 * away, so that the text is read as it stands. What may be base64 is left alone: damaged, in whatever character set, with a
 * footer that a list has put below it.
 */
export function mendBase64(message: Uint8Array): Uint8Array {
  const source = Buffer.from(message).toString('latin1')
  const promise = /^content-transfer-encoding:[^\n]*base64[^\n]*\n/gim
  let mended = ''
  let copiedTo = 0
  for (let found = promise.exec(source); found; found = promise.exec(source)) {
    const { start, end, bodyEnd } = partAround(source, found.index)
    if (isText(source.slice(start, end)) && !mayBeBase64(source.slice(end, bodyEnd))) {
      mended += `${source.slice(copiedTo, found.index)}Content-Transfer-Encoding: 8bit\r\n`
      copiedTo = found.index + found[0].length
    }
    // Behind the body, so that no byte is looked at twice.
    promise.lastIndex = Math.max(bodyEnd, promise.lastIndex)
  }
  return copiedTo === 0 ? message : Buffer.from(mended + source.slice(copiedTo), 'latin1')
}

/** The header that a field at `at` belongs to, from `start` to `end`, and where the body below it ends. */
function partAround(source: string, at: number) {
  const start = Math.max(0, ...['\n\n', '\n\r\n', '\n--'].map((before) => source.lastIndexOf(before, at)))
  const end = indexAfter(source, /\n\r?\n/g, at)
  const next = source.indexOf('\n--', end - 1)
  return { start, end, bodyEnd: next < 0 ? source.length : next }
}

function indexAfter(source: string, pattern: RegExp, from: number): number {
  pattern.lastIndex = from
  return pattern.test(source) ? pattern.lastIndex : source.length
}

/** Attachments may be anything once they are decoded. */
const isText = (header: string) => !/^content-type:\s*(?!text\/|["\s;]|$)/im.test(header)

function mayBeBase64(body: string): boolean {
  const isWhole = piecesOf(body).every((piece) => piece.length % 4 !== 1)
  const hasOtherSigns = /[^a-z0-9+/=\s]|\S[ \t]+\S/i.test(body)
  return (isWhole && !hasOtherSigns) || givesText(leadingLines(body)) || givesText(body)
}

/** Some encode line by line, with an end to each. */
const piecesOf = (encoded: string) => encoded.replaceAll(/[^a-z0-9+/=]/gi, '').split(/=+/)

/** Those that are base64: a footer may follow. */
function leadingLines(body: string): string {
  let end = 0
  for (let next = body.indexOf('\n'); next >= 0; next = body.indexOf('\n', end)) {
    if (!/^[a-z0-9+/]*=*\s*$/i.test(body.slice(end, next))) break
    end = next + 1
  }
  return body.slice(0, end)
}

function givesText(encoded: string): boolean {
  const bytes = Buffer.concat(piecesOf(encoded).map((piece) => Buffer.from(piece, 'base64')))
  return bytes.length > 0 && isUtf8(bytes) && !/(?![\t\n\r\f])\p{Cc}/u.test(bytes.toString())
}
