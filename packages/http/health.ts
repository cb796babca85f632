import { httpErrors } from './errors.ts'
import type { Route } from './routes.ts'

/**
 * What keeps the server from serving, in the operator's words; empty when nothing does. Asked on every `/readyz`, so it
 * must be cheap; one that takes over two seconds has said no.
 */
export type Ready = () => Promise<readonly string[]>

/**
 * `/healthz`: the process is alive. `/readyz`: it can serve. Probes ask them.
 *
 * @param tellWhy whether the answer says what is missing: on the management port only
 */
export const healthRoutes = (ready: Ready, { tellWhy }: { readonly tellWhy: boolean }): Route[] => [
  { method: 'GET', url: '/healthz', probe: true, handler: (_request, reply) => reply.send({ status: 'alive' }) },
  {
    method: 'GET',
    url: '/readyz',
    probe: true,
    handler: async (_request, reply) => {
      const missing = await obstacles(ready)
      if (missing.length === 0) return reply.send({ status: 'ready' })
      const reasons = missing.join('; ')
      throw httpErrors.unavailable({ operator: reasons, ...(tellWhy ? { detail: reasons } : {}) })
    },
  },
]

/** Asks, and takes neither a throw nor silence for a yes. */
async function obstacles(ready: Ready): Promise<readonly string[]> {
  const timeout = Promise.withResolvers<readonly string[]>()
  const timer = setTimeout(() => timeout.resolve([`The readiness check took over ${timeoutMs} ms`]), timeoutMs)
  try {
    return await Promise.race([ready(), timeout.promise])
  } catch (error) {
    return [`The readiness check failed: ${error instanceof Error ? error.message : String(error)}`]
  } finally {
    clearTimeout(timer)
  }
}

const timeoutMs = 2_000
