/**
 * The rows of the threat list "isolation in the database", one by one: what tries each, or why it waits. Statements are
 * counted by category, and a category begins with its row; generated ones stand for I9 and I13 besides.
 */
import type { Tally } from './tally.ts'

interface Row {
  readonly threat: string
  /** The probes (files of probes/) that send statements for it. */
  readonly probes?: string
  /** Faults of the installation, broken on purpose: see mutants/. */
  readonly breaks?: readonly string[]
  readonly later?: string
}

export const rows: Readonly<Record<string, Row>> = {
  I1: {
    threat: 'row security not forced, runtime as owner',
    breaks: ['row security is not forced', 'row security is disabled'],
  },
  I2: {
    threat: 'a runtime role that is too strong',
    probes: 'privileges',
    breaks: ['the application has BYPASSRLS', 'the application is a member of a role that escapes, two hops away'],
  },
  I3: {
    threat: 'definer views, materialized views, foreign tables',
    probes: 'reach',
    breaks: ['a view without security_invoker', 'a materialized view elsewhere', `the residents' keys are readable`],
  },
  I4: {
    threat: 'SECURITY DEFINER functions, shadowed names',
    probes: 'reach, context',
    breaks: ['names in the door are not qualified', 'a function of a superuser that everybody may call'],
  },
  I5: { threat: 'children of a table by their own name', breaks: ['a child of a table, reached by its own name'] },
  I6: { threat: 'garbage as context', probes: 'context, privileges' },
  I7: {
    threat: 'SET leaked through a pooler',
    later: 'with PgBouncer; I8 does the same with a pool of one connection',
  },
  I8: {
    threat: 'state left on the connection',
    probes: 'connection, privileges',
    breaks: [
      'set_config is left executable, and not minded',
      'every statement is admitted',
      'the raw connection goes back to its pool',
    ],
  },
  I9: { threat: 'SQL sets the tenant itself', probes: 'context, privileges', breaks: ['the seal is not checked'] },
  I10: {
    threat: 'forged, expired, replayed, truncated proofs and seals; a residence that moved',
    probes: 'context, residence',
    breaks: [
      'the seal is not bound to its transaction',
      'the seal of the schema tier is not checked',
      'the proof is not checked',
      'the expiry is not checked',
      `anybody's proof opens every residence`,
      'the proof of an old epoch still opens',
      'a closed residence is entered',
      'the lock is skipped',
      'the isolation is not checked',
    ],
  },
  I11: { threat: 'uniqueness as an oracle', probes: 'oracles', breaks: ['a unique key without tenant_id'] },
  I12: { threat: 'foreign keys as an oracle', probes: 'oracles', breaks: ['a foreign key without tenant_id'] },
  I13: { threat: 'ON CONFLICT, MERGE, CTE writes, RETURNING', probes: 'oracles, privileges, generated.ts' },
  I14: { threat: 'tenant_id changed', probes: 'oracles', breaks: ['a policy lets rows be written for anybody'] },
  I15: {
    threat: 'TRUNCATE, LOCK, REFERENCES, TRIGGER, CREATE, TEMP',
    probes: 'privileges',
    breaks: ['the application may make temporary tables', 'the application may create in the house'],
  },
  I16: { threat: 'cascades across tenants', probes: 'oracles' },
  I17: { threat: 'foreign values in errors', probes: 'oracles, and the lookout on every answer' },
  I18: {
    threat: 'volume told by catalogs, ctid, samples',
    probes: 'reach, connection',
    breaks: [
      'the whole table is granted, ctid with it',
      'statistics of all tenants are readable',
      'samples are admitted',
    ],
  },
  I19: { threat: 'NOTIFY, large objects, pg_stat_activity', probes: 'connection, privileges' },
  I20: {
    threat: 'a plan made for one tenant run for another',
    probes: 'connection; half of all houses with generic plans',
  },
  I21: { threat: 'leaky operators', probes: 'privileges', breaks: ['an index without tenant_id'] },
  I22: {
    threat: 'a table without policy',
    breaks: ['a policy is dropped', 'a policy is always true', 'a new table is granted without a policy'],
  },
  I23: { threat: 'names and search paths', probes: 'names, privileges' },
  I24: {
    threat: 'other schemas and databases',
    probes: 'oracles, privileges',
    breaks: ['the check of a tier is dropped'],
  },
  I25: { threat: 'extensions, programs, files', probes: 'privileges' },
  I26: { threat: 'replication, publications', probes: 'privileges, connection' },
  I27: { threat: 'replicas under an older policy', later: 'with the replicas' },
  I28: { threat: 'a gap while migrating', probes: 'migrations' },
  I29: { threat: 'time as an oracle', probes: 'timing' },
}

/** One line a row: statements sent and answers compared for it, breaks made for it. */
export function coverageLines({ statements, checks }: Tally): string[] {
  return Object.entries(rows).map(([name, { threat, breaks = [], later }]) => {
    const sent = [...statements, ...checks]
      .filter(([category]) => category.startsWith(`${name} `))
      .reduce((sum, [, n]) => sum + n, 0)
    return `  ${name.padEnd(4)} ${String(sent).padStart(7)} sent, ${breaks.length} breaks  ${threat}${later ? ` (later: ${later})` : ''}`
  })
}
