/** JSON from strangers: bytes in, plain data out that neither JavaScript nor PostgreSQL will trip over. */
import type { FieldProblem } from '@rowhouse/kernel'
import { httpErrors } from './errors.ts'

const maxDepth = 32

/** @throws http.invalid_request */
export function parseJson(bytes: Uint8Array): unknown {
  const value = parse(decode(bytes))
  const problem = hazard(value, '', 0)
  if (problem) throw httpErrors.invalidRequest({ errors: [problem] })
  return value
}

/** What text and names from outside must not hold, found anywhere inside `value`. */
export function hazard(value: unknown, pointer: string, depth: number): FieldProblem | undefined {
  if (typeof value === 'string') return textHazard(value, pointer)
  if (typeof value !== 'object' || value === null) return undefined
  if (depth >= maxDepth) return { pointer: shortened(pointer), detail: `Nested deeper than ${maxDepth} levels` }
  for (const [name, member] of Object.entries(value)) {
    const inner = `${pointer}/${pointerToken(name)}`
    const problem = nameHazard(name, inner) ?? hazard(member, inner, depth + 1)
    if (problem) return problem
  }
  return undefined
}

/** A member's name as one token of a JSON pointer (RFC 6901). */
export const pointerToken = (name: string): string =>
  (name.length > 100 ? `${name.slice(0, 100)}…` : name).replaceAll('~', '~0').replaceAll('/', '~1').toWellFormed()

function nameHazard(name: string, pointer: string): FieldProblem | undefined {
  if (name === '__proto__' || name === 'constructor' || name === 'prototype')
    return { pointer, detail: 'This name is not allowed' }
  return textHazard(name, pointer)
}

function textHazard(text: string, pointer: string): FieldProblem | undefined {
  // PostgreSQL's text and jsonb hold no U+0000, and UTF-8 has no lone surrogates.
  if (text.includes('\0')) return { pointer, detail: 'Must not hold the character U+0000' }
  if (!text.isWellFormed()) return { pointer, detail: 'Must not hold half of a surrogate pair' }
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
