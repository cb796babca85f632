import { type AddressInfo, createServer } from 'node:net'

/** A free port on 127.0.0.1: the preferred one when it is free, 0 for any. */
export async function chooseFreePort(preferred: number): Promise<number> {
  const found = await tryPort(preferred)
  return found ?? chooseFreePort(0)
}

function tryPort(port: number): Promise<number | undefined> {
  const { promise, resolve } = Promise.withResolvers<number | undefined>()
  const probe = createServer()
  probe.once('error', () => resolve(undefined))
  probe.listen(port, '127.0.0.1', () => {
    const { port: found } = probe.address() as AddressInfo
    probe.close(() => resolve(found))
  })
  return promise
}
