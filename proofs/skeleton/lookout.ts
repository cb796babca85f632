/**
 * Whose is what: every tenant's canary and every id that it was told are known, and found again in any text: in an answer,
 * a line of the log, a span; also inside base64url, in which cursors and tokens travel.
 */

export interface Sight {
  /** The slug of the tenant whose it is. */
  readonly owner: string
  readonly word: string
}

export interface Lookout {
  readonly size: number
  /** The first to be told of an id is its owner: ids are made by whoever creates the thing. */
  claim(owner: string, words: Iterable<string>): void
  /** Everything in the text that is some tenant's. */
  seen(text: string): Sight[]
}

/** Nobody can guess one, and nothing else looks like it. */
const canaryShape = 'cnry[0-9a-f]{24}'
const idShape = '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}'
const words = new RegExp(`${canaryShape}|${idShape}`, 'gi')
const packed = /[A-Za-z0-9_-]{24,}/g

export const idsIn = (text: string): string[] => text.match(new RegExp(idShape, 'gi')) ?? []

export function createLookout(): Lookout {
  const owners = new Map<string, string>()

  const direct = (text: string): Sight[] =>
    (text.match(words) ?? []).flatMap((word) => {
      const owner = owners.get(word.toLowerCase())
      return owner === undefined ? [] : [{ owner, word }]
    })

  return {
    get size() {
      return owners.size
    },
    claim(owner, claimed) {
      for (const word of claimed) if (!owners.has(word.toLowerCase())) owners.set(word.toLowerCase(), owner)
    },
    seen: (text) => [
      ...direct(text),
      ...(text.match(packed) ?? []).flatMap((part) => direct(Buffer.from(part, 'base64url').toString('latin1'))),
    ],
  }
}
