import type { FastifyInstance } from 'fastify'
import { httpErrors } from './errors.ts'

/** @throws http.cannot_listen @returns the origin */
export async function listen(app: FastifyInstance, host: string, port: number): Promise<string> {
  try {
    return await app.listen({ host, port })
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : ''
    const why = reasons[code]
    if (why === undefined) throw error
    throw httpErrors.cannotListen({ operator: `Cannot listen on ${host}:${port}: ${why}`, cause: error })
  }
}

const reasons: Readonly<Record<string, string>> = {
  EADDRINUSE: 'the port is taken. Stop the program that has it, or choose another port.',
  EACCES: 'this user may not use the port. Choose one above 1023.',
  EADDRNOTAVAIL: 'this machine does not have the address. Use 127.0.0.1, or 0.0.0.0 for all of its addresses.',
  ENOTFOUND: 'the host name has no address. Use 127.0.0.1, or 0.0.0.0 for all addresses.',
}
