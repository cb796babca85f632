/** How many tickets a tenant certainly had, and when: they are numbered from 1 on, without gaps, in the order of commits. */
export interface Ledger {
  acknowledged(number: number): void
  /** What had been acknowledged by then, by `performance.now()`. */
  at(timeMs: number): number
}

export function createLedger(): Ledger {
  const entries: { readonly number: number; readonly atMs: number }[] = []
  return {
    acknowledged(number) {
      if (number > (entries.at(-1)?.number ?? 0)) entries.push({ number, atMs: performance.now() })
    },
    at: (timeMs) => entries.findLast(({ atMs }) => atMs <= timeMs)?.number ?? 0,
  }
}
