/**
 * What the parser's time grows with, measured: a line of unencoded text costs it 7 µs, a line that looks like a boundary
 * 30 µs, a long header the square of its length. Within these limits a message of 10 MB takes up to 5 s; full
 * lines, as base64 has them, are not counted.
 */
const limits = { shortLines: 100_000, boundaryLines: 10_000 }

export const headerLimits = { maxHeadersSize: 256 * 1024, maxNestingDepth: 100 }

/** What exceeds the limits, in the operator's words. */
export function excessOf(message: Uint8Array): string | undefined {
  let shortLines = 0
  let boundaryLines = 0
  let start = 0
  for (let end = message.indexOf(0x0a); end >= 0; end = message.indexOf(0x0a, start)) {
    if (message[start] === 0x2d && message[start + 1] === 0x2d) boundaryLines++
    else if (end - start < 60) shortLines++
    start = end + 1
  }
  if (boundaryLines > limits.boundaryLines) return `${boundaryLines} boundaries`
  if (shortLines > limits.shortLines) return `${shortLines} lines shorter than 60 bytes`
  return undefined
}
