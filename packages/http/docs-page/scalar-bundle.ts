import { once } from 'node:events'
import { Worker } from 'node:worker_threads'

/**
 * Scalar's browser bundle, compressed by gzip. It is published inside its Fastify plugin; a thread takes it out and
 * ends, so that neither the 0.3 s nor the 50 MB of it are the server's.
 */
export const scalarBundle = (): Promise<Uint8Array> => (bundle ??= readBundle())

let bundle: Promise<Uint8Array> | undefined

async function readBundle(): Promise<Uint8Array> {
  const thread = new Worker(new URL('./scalar-bundle-thread.ts', import.meta.url))
  const [gzipped] = (await once(thread, 'message')) as [Uint8Array]
  return gzipped
}
