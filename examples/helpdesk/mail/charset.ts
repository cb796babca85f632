import { isUtf8 } from 'node:buffer'

/**
 * Old web forms and devices write 8-bit text and either name no character set or claim UTF-8. When the bytes are plainly
 * not UTF-8, this takes them for Windows-1252, as mail programs do, and gives back the message in UTF-8. A header
 * with raw bytes above a body with a named character set is read in that character set. Leading blank lines and a byte
 * order mark go, because they would end the header before it began. Where lines end in CR alone, they get LF.
 */
export function mendCharset(raw: Uint8Array): Uint8Array {
  const message = withLineFeeds(raw.subarray(startOf(raw)))
  if (looksLikeUtf8(message)) return message
  const source = new TextDecoder('latin1').decode(message)
  const charsets = namedCharsets(source)
  const onlyUtf8 = charsets.every((charset) => charset === 'utf-8' || charset === 'utf8')
  if (onlyUtf8 && !/^content-transfer-encoding:\s*binary/im.test(source)) return toUtf8(message, 'windows-1252')
  const end = source.search(/\n\r?\n/)
  const header = message.subarray(0, end < 0 ? message.length : end)
  if (looksLikeUtf8(header)) return message
  return Buffer.concat([toUtf8(header, charsets[0] ?? 'windows-1252'), message.subarray(header.length)])
}

function startOf(raw: Uint8Array): number {
  let start = raw[0] === 0xef && raw[1] === 0xbb && raw[2] === 0xbf ? 3 : 0
  while (raw[start] === 0x0a || raw[start] === 0x0d) start++
  return start
}

/** Only in a message without any LF: beside one, a CR alone is part of its line, and must not begin a header field. */
const withLineFeeds = (message: Uint8Array) =>
  message.includes(0x0a) ? message : message.map((byte) => (byte === 0x0d ? 0x0a : byte))

/** One broken character does not make a message Windows-1252: at least half of the bytes beyond ASCII have to be. */
function looksLikeUtf8(bytes: Uint8Array): boolean {
  if (isUtf8(bytes)) return true
  const broken = new TextDecoder().decode(bytes).split('\ufffd').length - 1
  let beyondAscii = 0
  for (const byte of bytes) if (byte > 0x7f) beyondAscii++
  return broken * 2 < beyondAscii
}

const namedCharsets = (source: string) =>
  Array.from(source.matchAll(/charset[*\d]*\s*=\s*["']?\s*([\w.:-]{0,40})/gi), ([, charset = '']) =>
    charset.toLowerCase(),
  )

function toUtf8(bytes: Uint8Array, charset: string): Uint8Array {
  try {
    return Buffer.from(new TextDecoder(charset).decode(bytes))
  } catch {
    return Buffer.from(new TextDecoder('windows-1252').decode(bytes))
  }
}
