import type { FieldProblem } from '@rowhouse/kernel'
import { httpErrors } from './errors.ts'
import { pointerToken } from './json.ts'

const maxFields = 100

/**
 * The fields of a query string. A field sent twice is refused: which of the two counts differs from one program to the
 * next, and a proxy might check the one and we act on the other.
 *
 * @throws http.invalid_request
 */
export function parseQuery(text: string): Record<string, string> {
  const parts = text.split('&').filter((part) => part !== '')
  if (parts.length > maxFields)
    throw httpErrors.invalidRequest({ errors: [{ pointer: '', detail: `More than ${maxFields} query fields` }] })
  const fields = new Map<string, string>()
  const problems: FieldProblem[] = []
  for (const part of parts) {
    const [name = '', value = ''] = split(part).map(decode)
    if (name === null || value === null)
      problems.push({ pointer: '', detail: 'The query is not percent-encoded UTF-8' })
    else if (fields.has(name)) problems.push({ pointer: `/${pointerToken(name)}`, detail: 'Sent more than once' })
    else fields.set(name, value)
  }
  if (problems.length > 0) throw httpErrors.invalidRequest({ errors: problems })
  return Object.fromEntries(fields)
}

function split(part: string): string[] {
  const equals = part.indexOf('=')
  return equals < 0 ? [part] : [part.slice(0, equals), part.slice(equals + 1)]
}

function decode(text: string): string | null {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    return null
  }
}
