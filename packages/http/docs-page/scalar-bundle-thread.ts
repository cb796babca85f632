/** The thread of `scalar-bundle.ts`: asks the plugin for its script, in a server that never listens. */
import { parentPort } from 'node:worker_threads'
import { gzipSync } from 'node:zlib'
import scalar from '@scalar/fastify-api-reference'
import { fastify } from 'fastify'

const app = fastify()
await app.register(scalar, { routePrefix: '/', configuration: { url: '/' } })
const { statusCode, rawPayload } = await app.inject('/js/scalar.js')
if (statusCode !== 200) throw new Error('@scalar/fastify-api-reference no longer serves js/scalar.js')
parentPort?.postMessage(gzipSync(rawPayload), [])
