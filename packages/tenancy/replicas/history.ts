/** Where the primary was, and when: as this node saw it, by its own clock. */
export interface History {
  /** @param atMs before it was asked: what it had then is in it */
  add(lsn: bigint, atMs: number): void
  /** The time until which whoever has replayed so much has everything; -Infinity when that is before the history begins. */
  shownUntilMs(replayed: bigint): number
}

/** @param spanMs how far back it goes */
export function createHistory(spanMs: number): History {
  const looks: { readonly lsn: bigint; readonly atMs: number }[] = []
  return {
    add(lsn, atMs) {
      // Found twice at one place, it was there all the time.
      if (looks.at(-1)?.lsn === lsn) looks.pop()
      looks.push({ lsn, atMs })
      while (looks[1] && looks[1].atMs < atMs - spanMs) looks.shift()
    },
    shownUntilMs: (replayed) => looks.findLast(({ lsn }) => lsn <= replayed)?.atMs ?? -Infinity,
  }
}
