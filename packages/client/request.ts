/** From an operation and its input to what is sent. */
import type { Bytes, Operation } from './operation.ts'

export interface Target {
  /** Path and query. */
  readonly url: string
  readonly body?: Bytes
  readonly contentType?: string
}

/** @throws TypeError when a field of the path is missing, or would lead elsewhere */
export function targetOf({ method, path, accepts }: Operation, input: unknown): Target {
  if (accepts !== undefined) return { url: path, body: input as Bytes, contentType: accepts }
  const rest = new Map(Object.entries(input ?? {}).filter(([, value]) => value !== undefined))
  const url = path.replaceAll(/\{([^}]+)\}/g, (_, name: string) => {
    const value = rest.get(name)
    rest.delete(name)
    return segment(name, value)
  })
  if (method !== 'GET' && method !== 'DELETE')
    return { url, body: JSON.stringify(Object.fromEntries(rest)), contentType: 'application/json' }
  const query = new URLSearchParams(Object.fromEntries([...rest].map(([name, value]) => [name, String(value)])))
  return { url: rest.size > 0 ? `${url}?${query.toString()}` : url }
}

/** A URL drops `.` and `..`, and an empty segment is another path: such an id would reach another operation. */
function segment(name: string, value: unknown): string {
  const text = typeof value === 'string' || typeof value === 'number' ? String(value) : ''
  if (text === '' || text === '.' || text === '..') throw new TypeError(`${name} cannot be ${JSON.stringify(value)}`)
  return encodeURIComponent(text)
}
