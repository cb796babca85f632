/** A claim that anyone can run again. `npm run prove -- NAME` finds it in prove.ts. */
export interface Proof {
  readonly name: string
  /** One line: what is claimed. */
  readonly about: string
  run(run: Run): Promise<Verdict>
}

export interface Run {
  /** The same seed makes the same choices. */
  readonly seed: number
  /** 1 is the short form, a few minutes; 100 the long one. */
  readonly scale: number
  /** One line for the reader. */
  readonly report: (line: string) => void
  /** Aborted by Ctrl-C: the proof stops at its next step and removes what it started. */
  readonly signal: AbortSignal
}

export interface Verdict {
  readonly held: boolean
  /** What was counted, for the last line. */
  readonly figures: string
}
