/** What was asked and what was found. */

export const harms = {
  told: 'answers that tell',
  seen: 'foreign values seen',
  timed: 'told by time',
  refused: 'own requests refused',
  failed: 'answers of class 5xx',
  uncovered: 'not covered',
} as const
export type Harm = keyof typeof harms

export interface Finding {
  readonly harm: Harm
  /** Who asked what: `acme (shared): tickets.show, id of globex`. */
  readonly where: string
  readonly saw: string
}

export interface Tally {
  readonly findings: readonly Finding[]
  /** Requests that try to learn something of another tenant, by probe. */
  readonly probes: ReadonlyMap<string, number>
  /** What else was done: own requests, answers searched, lines of the log. */
  readonly checks: ReadonlyMap<string, number>
  readonly measures: ReadonlyMap<string, number>
  /** Probes so far. */
  sent(): number
  probe(name: string): void
  check(what: string, times?: number): void
  measure(what: string, value: number): void
  find(harm: Harm, where: string, saw: string): void
}

/** @param onFinding hears of each finding at once, and may end the run by throwing */
export function createTally(onFinding: (finding: Finding) => void = () => {}): Tally {
  const findings: Finding[] = []
  const probes = new Map<string, number>()
  const checks = new Map<string, number>()
  const measures = new Map<string, number>()
  const add = (to: Map<string, number>, what: string, times: number) => void to.set(what, (to.get(what) ?? 0) + times)
  return {
    findings,
    probes,
    checks,
    measures,
    sent: () => [...probes.values()].reduce((sum, times) => sum + times, 0),
    probe: (name) => add(probes, name, 1),
    check: (what, times = 1) => add(checks, what, times),
    measure: (what, value) => void measures.set(what, value),
    find(harm, where, saw) {
      const finding = { harm, where, saw }
      findings.push(finding)
      onFinding(finding)
    },
  }
}
