/**
 * What the parser's time and memory grow with, measured: a line of unencoded text costs it 7 µs, a line that looks like a
 * boundary 30 µs, an equals sign inside base64 4 µs and 1 KB. Within these limits a message of 10 MB takes at most 3 s, and
 * twice that when its parts are lost and it is read again; full lines, as base64 has them, are not counted.
 */
const limits = { shortLines: 100_000, boundaryLines: 10_000, equalsSigns: 250_000 }

export const headerLimits = { maxHeadersSize: 256 * 1024, maxNestingDepth: 100 }

/** What exceeds the limits, in words. */
export function excessOf(message: Uint8Array): string | undefined {
  const { shortLines, boundaryLines, equalsSigns } = countOf(message)
  if (boundaryLines > limits.boundaryLines) return tooMany(boundaryLines, 'boundaries', limits.boundaryLines)
  if (shortLines > limits.shortLines) return tooMany(shortLines, 'lines of less than 60 bytes', limits.shortLines)
  if (equalsSigns > limits.equalsSigns && mentions(message, 'base64')) {
    return tooMany(equalsSigns, 'equals signs beside base64', limits.equalsSigns)
  }
  return undefined
}

/**
 * Whether parsing it takes some 20 ms at most, by the figures above, and 40 when its parts are lost. Costs next to nothing to
 * find out.
 */
export function isQuick(message: Uint8Array): boolean {
  if (message.length > 64 * 1024) return false
  const { lines, boundaryLines, equalsSigns, headerBytes } = countOf(message)
  if (lines > 1_500 || boundaryLines > 200 || headerBytes > 16 * 1024) return false
  return equalsSigns <= 1_000 || !mentions(message, 'base64')
}

function countOf(message: Uint8Array) {
  const counts = { lines: 0, shortLines: 0, boundaryLines: 0, equalsSigns: 0, headerBytes: message.length }
  let start = 0
  for (let end = message.indexOf(0x0a); end >= 0; end = message.indexOf(0x0a, start)) {
    counts.lines++
    if (end - start < 2 && counts.headerBytes === message.length) counts.headerBytes = start
    if (message[start] === 0x2d && message[start + 1] === 0x2d) counts.boundaryLines++
    else if (end - start < 60) counts.shortLines++
    start = end + 1
  }
  for (const byte of message) if (byte === 0x3d) counts.equalsSigns++
  return counts
}

const mentions = (message: Uint8Array, word: string) =>
  new TextDecoder('latin1').decode(message).toLowerCase().includes(word)

const tooMany = (count: number, what: string, limit: number) => `${count} ${what}; at most ${limit} are read`
