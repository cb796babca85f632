/** What was sent and what was found. */

export const harms = {
  read: 'foreign rows read',
  changed: 'foreign rows changed',
  told: 'existence told',
  next: 'effects on the next user',
  allowed: 'not refused',
  wrong: 'own answer wrong',
} as const
export type Harm = keyof typeof harms

export interface Finding {
  readonly harm: Harm
  /** Where: server, house, form. */
  readonly where: string
  readonly statement: string
  readonly saw: string
}

export interface Tally {
  readonly findings: readonly Finding[]
  /** Statements by category. */
  readonly statements: ReadonlyMap<string, number>
  /** What else was done: pairs compared, next users asked, checksums. */
  readonly checks: ReadonlyMap<string, number>
  readonly measures: ReadonlyMap<string, number>
  /** Statements so far. */
  sent(): number
  count(category: string): void
  check(what: string): void
  measure(what: string, value: number): void
  find(finding: Finding): void
}

export function createTally(): Tally {
  const findings: Finding[] = []
  const statements = new Map<string, number>()
  const checks = new Map<string, number>()
  const measures = new Map<string, number>()
  const add = (to: Map<string, number>, what: string) => void to.set(what, (to.get(what) ?? 0) + 1)
  let sent = 0
  return {
    findings,
    statements,
    checks,
    measures,
    sent: () => sent,
    count(category) {
      sent += 1
      add(statements, category)
    },
    check: (what) => add(checks, what),
    measure: (what, value) => void measures.set(what, value),
    find: (finding) => void findings.push(finding),
  }
}
