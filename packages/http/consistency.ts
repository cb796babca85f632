/** The header `Rowhouse-Consistency`: where a caller is in its tenant's history, from one answer to the next request. */
import { type ConsistencyTokens, createHorizon, type Horizon } from '@rowhouse/tenancy'
import type { FastifyReply, FastifyRequest } from 'fastify'

export const consistencyHeader = 'rowhouse-consistency'

/**
 * What the request's tokens say that its caller has seen. Whatever is answered, tells where it is then.
 *
 * @throws tenancy.consistency_token_refused
 */
export function openHorizon(tokens: ConsistencyTokens, tenantId: string, { headers, record }: FastifyRequest): Horizon {
  const sent = headers[consistencyHeader] as string | undefined
  const horizon = createHorizon(sent === undefined ? undefined : tokens.open(tenantId, sent))
  record.token = () => horizon.position && tokens.seal(tenantId, horizon.position)
  return horizon
}

export function sendToken(reply: FastifyReply, { token }: FastifyRequest['record']): void {
  const now = token?.()
  if (now !== undefined) reply.header(consistencyHeader, now)
}
