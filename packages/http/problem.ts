/** Problem details (RFC 9457): the one form in which anything of status 4xx or 5xx leaves. */
import { RowhouseError } from '@rowhouse/kernel'
import { z } from 'zod'
import type { Answer } from './answer.ts'
import { httpErrors } from './errors.ts'

export const problemMediaType = 'application/problem+json'

export const Problem = z
  .object({
    type: z.string().meta({ format: 'uri-reference', description: 'Where the code is explained, on our own origin.' }),
    title: z.string().meta({ description: 'The same for every occurrence of the code.' }),
    status: z.int().min(400).max(599),
    detail: z.string().meta({ description: 'What happened and what to do.' }),
    code: z.string().meta({ description: 'Stable: branch on it.' }),
    requestId: z.uuid().meta({ description: 'Give it when you ask about the request; also in `X-Request-Id`.' }),
    errors: z
      .array(
        z.object({
          pointer: z
            .string()
            .meta({ description: 'JSON pointer (RFC 6901) into the input: path, query and body fields together.' }),
          detail: z.string(),
        }),
      )
      .optional()
      .meta({ description: 'Each invalid field.' }),
  })
  .meta({ id: 'Problem', description: 'Problem details (RFC 9457).' })

export type Problem = z.output<typeof Problem>

export const problemOf = (error: RowhouseError, requestId: string): Problem => ({
  type: `/docs/errors#${error.code}`,
  title: error.definition.title,
  status: error.status,
  detail: error.detail,
  code: error.code,
  requestId,
  ...(error.errors === undefined ? {} : { errors: [...error.errors] }),
})

/** The whole answer: the same bytes whether it is sent now or kept. */
export const problemAnswer = (error: RowhouseError, requestId: string): Answer => ({
  status: error.status,
  headers: problemHeaders(error),
  body: JSON.stringify(problemOf(error, requestId)),
})

/** Headers that belong to the error, besides those of every answer. */
export const problemHeaders = (error: RowhouseError): Record<string, string> => ({
  'content-type': problemMediaType,
  ...(error.status === 401 ? { 'www-authenticate': 'Bearer' } : {}),
  ...(error.retryAfterS === undefined ? {} : { 'retry-after': String(error.retryAfterS) }),
})

/** The catalogue's error for anything thrown. Of what the catalogue does not know, nothing is said. */
export function publicError(error: unknown): RowhouseError {
  if (error instanceof RowhouseError) return error
  const statusCode = error instanceof Error && 'statusCode' in error ? Number(error.statusCode) : 500
  // Fastify's own refusals: a URL that is not percent-encoded UTF-8, and the like.
  if (statusCode >= 400 && statusCode < 500)
    return httpErrors.invalidRequest({ detail: 'The URL is not valid.', cause: error })
  return httpErrors.internal({ cause: error })
}
