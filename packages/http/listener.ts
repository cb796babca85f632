/**
 * A listening Fastify that keeps this package's promises, whatever its routes are: every failure is a problem document,
 * every answer has a request id and the security headers, every request one line in the log, and closing loses none.
 */
import { METHODS } from 'node:http'
import type { Socket } from 'node:net'
import { newId } from '@rowhouse/kernel'
import type { Log } from '@rowhouse/telemetry'
import { type FastifyReply, type FastifyRequest, LogController, fastify } from 'fastify'
import { send } from './answer.ts'
import { sendToken } from './consistency.ts'
import { httpErrors } from './errors.ts'
import { securityHeaders } from './headers.ts'
import { listen } from './listen.ts'
import { problemAnswer, publicError } from './problem.ts'
import { newRecord, writeRecord, writeSocketRecord } from './record.ts'
import { checkRequestForm } from './request-form.ts'
import { type Route, mount } from './routes.ts'
import { answerSocket, socketError } from './socket-problems.ts'

export interface ListenerOptions {
  readonly log: Log
  /** Addresses and networks of proxies whose X-Forwarded-For is believed. None when absent. */
  readonly trustedProxies?: readonly string[]
  /** How long `close` waits for requests under way before it cuts them off. 10 s when absent. */
  readonly drainTimeoutMs?: number
  /** How long a client may take to send its whole request; for the headers, a third of it. 30 s when absent. */
  readonly requestTimeoutMs?: number
}

export interface Listener {
  /** @throws http.cannot_listen saying why and what to do @returns the origin, for example `http://127.0.0.1:3000` */
  listen(address: { readonly host: string; readonly port: number }): Promise<string>
  /** Stops accepting, answers what is under way, then closes every connection. Safe to call twice. */
  close(): Promise<void>
  readonly closing: boolean
  /** How many requests have begun and have not been answered. */
  readonly activeRequests: number
}

/** @param admit runs before the route, except a probe's, and throws what keeps the request out */
export function createListener(
  options: ListenerOptions,
  routes: readonly Route[],
  admit: (request: FastifyRequest) => Promise<void>,
): Listener {
  const { log, drainTimeoutMs = 10_000 } = options
  const answering = new WeakMap<Socket, FastifyReply>()
  let activeRequests = 0
  let closing: Promise<void> | undefined

  const app = fastify({
    ...fastifyOptions(options),
    frameworkErrors: (error, request, reply) => {
      begin(request, reply)
      sendProblem(error, request, reply)
    },
    clientErrorHandler: refuseSocket,
  })
  // Fastify reads no body: `serve` does, once it knows who calls.
  for (const method of METHODS) app.addHttpMethod(method, { hasBody: false, overrideExisting: true })
  app.decorateRequest('record')
  app.addHook('onRequest', async (request, reply) => {
    begin(request, reply)
    checkRequestForm(request.raw)
    if (request.routeOptions.config.probe !== true) await admit(request)
  })
  app.addHook('onSend', async ({ record }, reply) => {
    sendToken(reply, record)
    if (closing !== undefined) reply.header('connection', 'close')
  })
  app.setErrorHandler(sendProblem)
  app.setNotFoundHandler(() => {
    throw httpErrors.notFound({ operator: 'No such path' })
  })
  // What a client expects besides 100-continue may be ignored (RFC 9110, 10.1.1); Node would answer without a body.
  app.server.on('checkExpectation', (request, response) => app.server.emit('request', request, response))
  app.server.on('connect', (_request, socket) => refuseSocket({}, socket as Socket))
  mount(app, routes)

  function begin(request: FastifyRequest, reply: FastifyReply): void {
    request.record = newRecord()
    reply.headers({ ...securityHeaders, 'x-request-id': request.id })
    answering.set(request.raw.socket, reply)
    activeRequests += 1
    reply.raw.once('close', () => {
      activeRequests -= 1
      writeRecord(log, request, reply)
    })
  }

  function sendProblem(thrown: unknown, request: FastifyRequest, reply: FastifyReply): void {
    const error = publicError(thrown)
    request.record.error = error
    send(reply, problemAnswer(error, request.id))
  }

  function refuseSocket(error: { readonly code?: string }, socket: Socket): void {
    const current = answering.get(socket)
    const isCurrent = current !== undefined && !(current.raw.writableFinished && current.request.raw.complete)
    if (!socket.writable || error.code === 'ECONNRESET' || (isCurrent && current.raw.headersSent)) {
      socket.destroy()
      return
    }
    const problem = socketError(error)
    const requestId = answerSocket(socket, problem)
    // One line a request: one that had begun writes its own.
    if (!isCurrent) writeSocketRecord(log, problem, requestId, socket.remoteAddress)
  }

  async function close(): Promise<void> {
    const cutOff = setTimeout(() => app.server.closeAllConnections(), drainTimeoutMs)
    await app.close().finally(() => clearTimeout(cutOff))
  }

  return {
    listen: ({ host, port }) => listen(app, host, port),
    close: () => (closing ??= close()),
    get closing() {
      return closing !== undefined
    },
    get activeRequests() {
      return activeRequests
    },
  }
}

const fastifyOptions = ({ trustedProxies, requestTimeoutMs = 30_000 }: ListenerOptions) => ({
  // Nothing that a client sends names a request.
  genReqId: newId,
  requestIdHeader: false as const,
  logController: new LogController({ disableRequestLogging: true }),
  trustProxy: trustedProxies === undefined ? false : [...trustedProxies],
  http: {
    // Node would answer without a body; a missing Host is refused with the others.
    requireHostHeader: false,
    headersTimeout: requestTimeoutMs / 3,
    connectionsCheckingInterval: Math.min(1_000, requestTimeoutMs / 3),
  },
  requestTimeout: requestTimeoutMs,
  // Longer than the idle time of the usual load balancers (60 s), so that they close first.
  keepAliveTimeout: 65_000,
  // While closing, what still comes in on an open connection is served, with `Connection: close`.
  return503OnClosing: false,
  forceCloseConnections: 'idle' as const,
  // The query is text to Fastify: `parseQuery` refuses what a lenient parser would guess at.
  routerOptions: { maxParamLength: 16_384, querystringParser: (text: string) => ({ text }) },
})
