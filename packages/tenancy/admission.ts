/**
 * Which SQL may pass the door through the driver. The extended protocol takes one statement at a time; of those only the
 * ones that read and change rows are admitted. DEALLOCATE and PREPARE, for example, could replace a named statement that
 * the next tenant on the connection runs.
 */
import { tenancyErrors } from './errors.ts'

const admitted = new Set(['select', 'insert', 'update', 'delete', 'merge', 'with', 'values'])

/**
 * Functions through which admitted SQL could leave something behind on the connection, or run SQL given as text. The
 * installer takes them from the application where it can (harden.sql); where it could not, their mere mention costs the
 * connection its life. `U&` is how an identifier hides its letters.
 */
const suspicious =
  /\b(set_config|pg_settings)\b|_to_xml|\bts_(stat|rewrite)\b|\bpg_(try_)?advisory_|\bpg_notify\b|\blo_\w|u&"/i

/**
 * A sample is taken block by block, so that which rows are in it tells in which blocks they are, and so how much other
 * tenants have written in between: what the hidden `ctid` would tell.
 */
const sample = /\btablesample\b/i

/**
 * @returns whether the connection must be destroyed after this statement, and whether it certainly changes nothing.
 * @throws tenancy.statement_refused for anything but one row-reading or row-changing statement.
 */
export function admit(text: string): { readonly doubtful: boolean; readonly reads: boolean } {
  const word = firstWord(text)
  if (!admitted.has(word)) {
    throw tenancyErrors.statementRefused({ operator: `The door admits no ${word.toUpperCase() || 'empty'} statement` })
  }
  if (sample.test(text)) throw tenancyErrors.statementRefused({ operator: 'The door admits no TABLESAMPLE' })
  return { doubtful: suspicious.test(text), reads: word === 'select' || word === 'values' }
}

/** The first word after white space, comments (PostgreSQL's nest) and opening parentheses; lower case. */
function firstWord(text: string): string {
  let at = 0
  for (;;) {
    const start = at
    at = skip(text, at, /[\s(]+/y)
    at = skip(text, at, /--[^\n\r]*/y)
    at = skipBlockComment(text, at)
    if (at === start) break
  }
  return /[a-z]*/iy.exec(text.slice(at))![0].toLowerCase()
}

function skip(text: string, at: number, pattern: RegExp): number {
  pattern.lastIndex = at
  return at + (pattern.exec(text)?.[0].length ?? 0)
}

/** The end of a block comment; the end of the text when it never closes. */
function skipBlockComment(text: string, at: number): number {
  if (!text.startsWith('/*', at)) return at
  const delimiter = /\/\*|\*\//g
  delimiter.lastIndex = at
  let depth = 0
  for (let found = delimiter.exec(text); found; found = delimiter.exec(text)) {
    depth += found[0] === '/*' ? 1 : -1
    if (depth === 0) return delimiter.lastIndex
  }
  return text.length
}
