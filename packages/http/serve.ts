import { SpanKind, contextFromHeaders, span, traceId } from '@rowhouse/telemetry'
import type { ConsistencyTokens } from '@rowhouse/tenancy'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { type Answer, answerOf, outputJson, send } from './answer.ts'
import { openHorizon } from './consistency.ts'
import type { Contract } from './contract.ts'
import { type Authenticate, authenticated, authorized } from './credentials.ts'
import { type Conditions, conditionsOf, entityTag, isNamed } from './entity-tag.ts'
import { httpErrors } from './errors.ts'
import { type BodyLimits, readInput } from './input.ts'
import { idempotencyKey, keyHash, refusalOf, requestHash } from './keyed-request.ts'
import type { Call } from './operation.ts'

/**
 * One request of one operation, in the order that matters: who calls, whether they may, what they ask, and only then the
 * work. What is refused early has read nothing and tells nothing.
 */
export function serve(
  contract: Contract,
  authenticate: Authenticate,
  limits: BodyLimits,
  tokens: ConsistencyTokens | undefined,
) {
  const { operation } = contract

  async function answer(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const { record, raw, headers } = request
    const caller = await authenticated(headers.authorization, operation.audience, authenticate)
    record.caller = caller
    if (operation.audience !== 'public' && record.hostTenantId !== null && record.hostTenantId !== caller.tenantId)
      throw httpErrors.notFound({ operator: `The host is of tenant ${record.hostTenantId}, the caller is not` })
    authorized(caller, operation)
    const conditions = conditionsOn(contract, request)
    const key = keyOf(contract, request)
    const horizon = tokens && operation.consistent && openHorizon(tokens, caller.tenantId!, request)

    const path = request.params as Record<string, unknown>
    const { text: query } = request.query as { text: string }
    const input = await readInput(contract, { raw, path, query }, limits)
    const { id: requestId, ip: address } = request
    const call = {
      input: input.value,
      caller,
      requestId,
      address,
      hostTenantId: record.hostTenantId,
      ...(horizon && { horizon }),
    }

    if (operation.method === 'GET') return sendState(reply, answerOf(contract, await operation.run(call)), conditions)
    const change: Call = conditions ? { ...call, expects: expectation(contract, conditions) } : call
    if (key === undefined) return send(reply, answerOf(contract, await operation.run(change)))

    const kept = await operation.runOnce!(change, {
      keyHash: keyHash(caller, key),
      requestHash: requestHash(operation.name, raw, input.bytes),
      answer: (result) => answerOf(contract, result),
      refusal: (error) => refusalOf(error, requestId),
    })
    if (kept.replayed) reply.header('idempotency-replayed', 'true')
    return send(reply, kept)
  }

  return (request: FastifyRequest, reply: FastifyReply) => {
    const { record } = request
    record.operation = operation.name
    const attributes = {
      'http.request.method': request.method,
      'http.route': contract.url,
      'rowhouse.request_id': request.id,
    }
    return span(
      operation.name,
      attributes,
      async (opened) => {
        record.traceId = traceId(opened)
        try {
          return await answer(request, reply)
        } finally {
          if (record.caller?.tenantId) opened.setAttribute('rowhouse.tenant', record.caller.tenantId)
        }
      },
      { parent: contextFromHeaders(request.headers), kind: SpanKind.SERVER },
    )
  }
}

/**
 * A condition that nobody checks would be worse than none: its sender believes in it.
 *
 * @throws http.invalid_request
 */
function conditionsOn({ operation }: Contract, { headers }: FastifyRequest): Conditions | undefined {
  const conditions = conditionsOf(headers)
  if (conditions === undefined || operation.method === 'GET' || operation.conditional === true) return conditions
  throw httpErrors.invalidRequest({ detail: 'This operation takes neither `If-Match` nor `If-None-Match`.' })
}

/** @throws http.invalid_request also where no key is taken: its sender would believe that a repetition has no effect */
function keyOf({ operation }: Contract, { raw }: FastifyRequest): string | undefined {
  const key = operation.method === 'GET' ? undefined : idempotencyKey(raw)
  if (key === undefined || operation.runOnce) return key
  throw httpErrors.invalidRequest({ detail: 'This operation takes no `Idempotency-Key`.' })
}

/** Nothing but the tag, when it is the state that the client has. */
function sendState(reply: FastifyReply, answer: Answer, conditions: Conditions | undefined): FastifyReply {
  const { etag } = answer.headers
  if (conditions === undefined || etag === undefined || !isNamed(conditions, etag)) return send(reply, answer)
  return reply.code(304).header('etag', etag).send()
}

const expectation = (contract: Contract, conditions: Conditions) => (current: unknown) => {
  if (isNamed(conditions, entityTag(outputJson(contract, current)))) throw httpErrors.preconditionFailed()
}
