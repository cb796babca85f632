import { conditionsOf, isNamed } from './entity-tag.ts'
import type { Route } from './routes.ts'

/** Something served as it is, without a key: the home page, the documents, the reference. */
export interface Page {
  readonly path: string
  readonly contentType: string
  /** Besides those of every answer, or in place of them. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | Uint8Array
}

/** A page of our own HTML: its styles and images, no script, no other origin, no frame around it. */
export const htmlPage = (path: string, body: string): Page => ({
  path,
  contentType: 'text/html; charset=utf-8',
  headers: {
    'content-security-policy':
      "default-src 'none'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  },
  body,
})

/** @param page made anew for each request, or given once */
export const pageRoute = (path: string, page: Page | (() => Page)): Route => ({
  method: 'GET',
  url: path,
  handler: (request, reply) => {
    const { contentType, headers, body } = typeof page === 'function' ? page() : page
    const conditions = headers['etag'] === undefined ? undefined : conditionsOf(request.headers)
    if (conditions && isNamed(conditions, headers['etag']!)) return reply.headers(headers).code(304).send()
    return reply.type(contentType).headers(headers).send(body)
  },
})
