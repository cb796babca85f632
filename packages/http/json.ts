/** JSON from strangers: bytes in, plain data out that neither JavaScript nor PostgreSQL will trip over. */
import type { FieldProblem } from '@rowhouse/kernel'
import { httpErrors } from './errors.ts'

const maxDepth = 32

/** @throws http.invalid_request */
export function parseJson(bytes: Uint8Array): unknown {
  const value = parse(decode(bytes))
  const problem = hazard(value)
  if (problem) throw httpErrors.invalidRequest({ errors: [problem] })
  return value
}

/** What text and names from outside must not hold, found anywhere inside `value`. */
export function hazard(value: unknown): FieldProblem | undefined {
  const found = search(value, 0)
  return found && { pointer: shortened(found.path.map((token) => `/${token}`).join('')), detail: found.detail }
}

interface Found {
  /** From the outermost; tokens of a JSON pointer. */
  readonly path: string[]
  readonly detail: string
}

/** Says where it is only once something is found: writing down every place took most of the time of a large body. */
function search(value: unknown, depth: number): Found | undefined {
  if (typeof value === 'string') return found(textHazard(value))
  if (typeof value !== 'object' || value === null) return undefined
  if (depth >= maxDepth) return found(`Nested deeper than ${maxDepth} levels`)
  if (Array.isArray(value)) {
    for (let at = 0; at < value.length; at += 1) {
      const problem = search(value[at], depth + 1)
      if (problem) return within(String(at), problem)
    }
    return undefined
  }
  for (const name of Object.keys(value)) {
    const problem = found(nameHazard(name)) ?? search((value as Record<string, unknown>)[name], depth + 1)
    if (problem) return within(pointerToken(name), problem)
  }
  return undefined
}

const found = (detail: string | undefined): Found | undefined =>
  detail === undefined ? undefined : { path: [], detail }
const within = (token: string, { path, detail }: Found): Found => ({ path: [token, ...path], detail })

/** A member's name as one token of a JSON pointer (RFC 6901). */
export const pointerToken = (name: string): string =>
  (name.length > 100 ? `${name.slice(0, 100)}…` : name).replaceAll('~', '~0').replaceAll('/', '~1').toWellFormed()

function nameHazard(name: string): string | undefined {
  if (name === '__proto__' || name === 'constructor' || name === 'prototype') return 'This name is not allowed'
  return textHazard(name)
}

function textHazard(text: string): string | undefined {
  // PostgreSQL's text and jsonb hold no U+0000, and UTF-8 has no lone surrogates.
  if (text.includes('\0')) return 'Must not hold the character U+0000'
  if (!text.isWellFormed()) return 'Must not hold half of a surrogate pair'
  return undefined
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw httpErrors.invalidRequest({ errors: [{ pointer: '', detail: 'The body is not valid UTF-8' }] })
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // The engine's own message quotes the text: it may be a secret, and its words change from version to version.
    throw httpErrors.invalidRequest({ errors: [{ pointer: '', detail: 'The body is not valid JSON' }] })
  }
}

const shortened = (pointer: string) => (pointer.length > 300 ? `${pointer.slice(0, 300)}…` : pointer)
