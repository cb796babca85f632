import { type Ready, healthRoutes } from './health.ts'
import { type Listener, type ListenerOptions, createListener } from './listener.ts'
import type { Route } from './routes.ts'

/**
 * The operators' port: /metrics, /healthz, and /readyz with its reasons. It has no keys: give it an address that only
 * operators and their machines reach.
 *
 * @param options.metricsText all metrics in Prometheus' text format
 */
export function createManagementServer(
  options: ListenerOptions & { readonly ready: Ready; readonly metricsText: () => Promise<string> },
): Pick<Listener, 'listen' | 'close'> {
  const metrics: Route = {
    method: 'GET',
    url: '/metrics',
    probe: true,
    handler: async (_request, reply) => {
      const text = await options.metricsText()
      return reply.type('text/plain; version=0.0.4; charset=utf-8').send(text)
    },
  }
  return createListener(options, [metrics, ...healthRoutes(options.ready, { tellWhy: true })], async () => {})
}
