/** Entity tags, and requests that are meant for one state of a thing (RFC 9110, 8.8.3 and 13.1). */
import { hash } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import { httpErrors } from './errors.ts'

/**
 * A strong tag: of two answers with one tag every byte is the same. Made of the answer alone, so that no column has to be
 * kept in step with it. 4 µs for a page of 25 tickets.
 */
export const entityTag = (body: string): string => `"${hash('sha256', body, 'base64url').slice(0, 27)}"`

/** Which states a request is meant for. */
export interface Conditions {
  readonly ifMatch: EntityTags | undefined
  readonly ifNoneMatch: EntityTags | undefined
}

/** Any at all, or one of these. */
type EntityTags = '*' | readonly string[]

/** @throws http.invalid_request when a header is no list of entity tags */
export function conditionsOf(headers: IncomingHttpHeaders): Conditions | undefined {
  const ifMatch = tagsOf('If-Match', headers['if-match'])
  const ifNoneMatch = tagsOf('If-None-Match', headers['if-none-match'])
  return ifMatch === undefined && ifNoneMatch === undefined ? undefined : { ifMatch, ifNoneMatch }
}

/**
 * Whether the thing that has this tag is in a state that the request is not meant for.
 *
 * @throws http.precondition_failed by If-Match @returns whether If-None-Match names the tag
 */
export function isNamed({ ifMatch, ifNoneMatch }: Conditions, etag: string): boolean {
  if (ifMatch !== undefined && ifMatch !== '*' && !ifMatch.includes(etag)) throw httpErrors.preconditionFailed()
  // Compared weakly: a tag that a proxy has made weak still says which answer the client has.
  return ifNoneMatch === '*' || (ifNoneMatch?.some((tag) => tag.replace(/^W\//, '') === etag) ?? false)
}

function tagsOf(name: string, text: string | undefined): EntityTags | undefined {
  if (text === undefined) return undefined
  if (text.trim() === '*') return '*'
  if (!list.test(text))
    throw httpErrors.invalidRequest({ detail: `\`${name}\` is neither \`*\` nor a list of entity tags.` })
  return text.match(tag)!
}

const tag = /(?:W\/)?"[\x21\x23-\x7e\x80-\xff]*"/g
const list = new RegExp(`^[\\t ]*${tag.source}(?:[\\t ]*,[\\t ]*${tag.source})*[\\t ]*$`)
