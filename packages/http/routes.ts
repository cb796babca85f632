import { METHODS } from 'node:http'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { httpErrors } from './errors.ts'

export interface Route {
  readonly method: string
  /** Parameters written `:id`. */
  readonly url: string
  /** For machines that probe an address every few seconds: any Host will do, and the log has it at level debug. */
  readonly probe?: boolean
  readonly handler: (request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply> | FastifyReply
}

declare module 'fastify' {
  interface FastifyContextConfig {
    probe?: boolean
  }
}

/** Mounts the routes, and 405 with `Allow` for every other method of their paths. */
export function mount(app: FastifyInstance, routes: readonly Route[]): void {
  for (const { method, url, probe = false, handler } of routes) app.route({ method, url, handler, config: { probe } })
  // `/tickets/:id` and `/tickets/:ticket` are one path.
  const paths = Map.groupBy(routes, ({ url }) => url.replaceAll(/:[^/]+/g, ':'))
  for (const [route, ...others] of paths.values()) if (route) mountRefusal(app, route, others)
}

function mountRefusal(app: FastifyInstance, route: Route, others: readonly Route[]): void {
  const methods = [route, ...others].flatMap(({ method }) => (method === 'GET' ? ['GET', 'HEAD'] : [method]))
  const allow = methods.toSorted().join(', ')
  app.route({
    method: METHODS.filter((method) => !methods.includes(method)),
    url: route.url,
    config: { probe: route.probe ?? false },
    handler: (_request, reply) => {
      reply.header('allow', allow)
      throw httpErrors.methodNotAllowed()
    },
  })
}
