import { gauge } from '@rowhouse/telemetry'
import type { ConsistencyTokens } from '@rowhouse/tenancy'
import { type ApiDescription, apiPages } from './api-pages.ts'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { contractOf } from './contract.ts'
import type { Authenticate } from './credentials.ts'
import { type Ready, healthRoutes } from './health.ts'
import { type HostRules, tenantOfHost } from './host.ts'
import { type Listener, type ListenerOptions, createListener } from './listener.ts'
import type { Operation } from './operation.ts'
import { type Page, htmlPage, pageRoute } from './page.ts'
import type { Route } from './routes.ts'
import { serve } from './serve.ts'

export interface HttpServerOptions extends ListenerOptions, HostRules {
  readonly operations: readonly Operation[]
  readonly authenticate: Authenticate
  readonly ready: Ready
  /** There when reads may be answered by replicas. */
  readonly consistency?: ConsistencyTokens | undefined
  /** For the OpenAPI documents. */
  readonly api?: ApiDescription
  /** The home page's HTML, made anew for each request. Without it, `/` is not found. */
  readonly home?: () => string
  /** Served without a key, as they are. */
  readonly pages?: readonly Page[]
  /** The same, made anew for each request. */
  readonly livePages?: readonly LivePage[]
  /** Most bytes of a JSON body. 1 MiB when absent. */
  readonly bodyLimitBytes?: number
  /** Most bytes of a body in a media type of its own. 10 MiB when absent. */
  readonly rawBodyLimitBytes?: number
}

/** Made when it is asked for. */
export interface LivePage {
  readonly path: string
  make(): Promise<Page>
}

export interface HttpServer extends Pick<Listener, 'listen' | 'close'> {
  /** As in the options, and no while it closes: for the management server. */
  readonly ready: Ready
}

/**
 * The public server: operations under /api/v1 and /operator/v1, their OpenAPI documents, pages, health.
 *
 * @throws Error naming an operation that cannot be served or described as it is declared
 */
export function createHttpServer(options: HttpServerOptions): HttpServer {
  const { operations, authenticate, consistency, home, pages = [], livePages = [] } = options
  const {
    api = { title: 'Rowhouse', version: '1' },
    bodyLimitBytes = 2 ** 20,
    rawBodyLimitBytes = 10 * 2 ** 20,
  } = options
  const limits = { jsonBytes: bodyLimitBytes, rawBytes: rawBodyLimitBytes }
  const ready: Ready = async () => (listener.closing ? ['The server is stopping'] : options.ready())

  const routes: Route[] = [
    ...operations.map(contractOf).map((contract) => ({
      method: contract.operation.method,
      url: contract.url,
      handler: serve(contract, authenticate, limits, consistency),
    })),
    ...[...apiPages(operations, api), ...pages].map((page) => pageRoute(page.path, page)),
    ...(home === undefined ? [] : [pageRoute('/', () => htmlPage('/', home()))]),
    ...livePages.map(({ path, make }) => ({
      method: 'GET',
      url: path,
      handler: async (request: FastifyRequest, reply: FastifyReply) =>
        pageRoute(path, await make()).handler(request, reply),
    })),
    ...healthRoutes(ready, { tellWhy: false }),
  ]
  const listener = createListener(options, routes, async ({ headers, record }) => {
    record.hostTenantId = await tenantOfHost(headers.host, options)
  })

  let stopGauge: (() => void) | undefined
  return {
    async listen(address) {
      const about = 'Requests that have begun and have not been answered.'
      stopGauge = gauge({ name: 'http_server_active_requests', about }, (observe) =>
        observe(listener.activeRequests, {}),
      )
      return listener.listen(address)
    },
    async close() {
      stopGauge?.()
      await listener.close()
    },
    ready,
  }
}
