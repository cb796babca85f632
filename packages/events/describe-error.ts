import { isError, RowhouseError } from '@rowhouse/kernel'
import { tenancyErrors } from '@rowhouse/tenancy'
import pg from 'pg'

/**
 * What may be said of a failed handler to operators, in tables and logs: which error it is and where it arose, never its
 * own words, since those quote the tenant's data.
 */
export function describeError(error: unknown): string {
  if (error instanceof RowhouseError) return `${error.code}: ${error.definition.operator}`
  if (error instanceof pg.DatabaseError) {
    const { code, table, column, constraint } = error
    const where = [table && `table ${table}`, column && `column ${column}`, constraint && `constraint ${constraint}`]
    return [`PostgreSQL ${code}`, ...where.filter(Boolean)].join(', ')
  }
  if (!(error instanceof Error)) return `Something that is no Error was thrown: a ${typeof error}`
  // The first frame; the lines before it are the message.
  const frame = /^ {4}at (.+)$/m.exec(error.stack?.slice(error.stack.indexOf('\n    at ')) ?? '')?.[1]
  return frame === undefined ? error.name : `${error.name} at ${frame.replaceAll(/file:\/\/\S*\/(?=[^/]+$)/g, '')}`
}

/** It says something of the database or of the tenant's home, and nothing of the event. */
export const isPassing = (error: unknown): boolean => passing.some((code) => isError(error, code))

const passing = [
  tenancyErrors.poolExhausted,
  tenancyErrors.databaseUnavailable,
  tenancyErrors.outcomeUnknown,
  tenancyErrors.tenantMoving,
  tenancyErrors.tenantNotFound,
  tenancyErrors.notAdmitted,
]
