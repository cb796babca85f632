/** What a proof did and what it found. */
export interface Finding {
  /** What must never happen. */
  readonly harm: string
  /** Where it happened: enough to find the code that did it. */
  readonly where: string
  readonly saw: string
}

export interface Count {
  add(what: string, by?: number): void
  of(what: string): number
  find(finding: Finding): void
  readonly findings: readonly Finding[]
  /** One line for each thing counted, in alphabetical order. */
  lines(): string[]
}

export function createCount(): Count {
  const numbers = new Map<string, number>()
  const findings: Finding[] = []
  return {
    add: (what, by = 1) => void numbers.set(what, (numbers.get(what) ?? 0) + by),
    of: (what) => numbers.get(what) ?? 0,
    find: (finding) => void findings.push(finding),
    findings,
    lines: () =>
      [...numbers]
        .toSorted(([a], [b]) => a.localeCompare(b, 'en', { numeric: true }))
        .map(([what, number]) => `  ${String(number).padStart(7)}  ${what}`),
  }
}

/** The first findings, for the reader. */
export function showFindings(count: Count, seed: number, report: (line: string) => void): void {
  for (const { harm, where, saw } of count.findings.slice(0, 20)) {
    report(`\n${harm} · seed ${seed} · ${where}\n  saw: ${saw.slice(0, 1_000)}`)
  }
  if (count.findings.length > 20) report(`… and ${count.findings.length - 20} more`)
}
