import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { isError } from '@rowhouse/kernel'
import type { RunningServer, ServerDeclaration } from './declaration.ts'
import { declarations } from './declarations.ts'
import { removeStaleData, startServer, testingErrors } from './provide.ts'
import { type Answer, coordinatorVariable } from './shared.ts'

/**
 * Vitest's globalSetup: one coordinator a run, in vitest's main process. Test files, in processes of their own, ask it
 * for a server by name; the first to ask has it started, and all share it. What nobody asks for is not started.
 */
export const setup = () => coordinate(declarations)

/** Returns what ends the run. */
export async function coordinate(known: readonly ServerDeclaration[]): Promise<() => Promise<void>> {
  const started = new Map<string, Promise<RunningServer>>()
  const missing = new Set<string>()
  const secret = `/${randomUUID()}/`

  async function answer(name: string): Promise<Answer> {
    const declaration = known.find((candidate) => candidate.name === name)
    if (!declaration) return { error: `There is no server ${name}: declare it in packages/testing/servers.` }
    const starting = started.get(name) ?? startServer(declaration)
    started.set(name, starting)
    try {
      return { url: (await starting).url }
    } catch (error) {
      const { message } = error as Error
      if (!isError(error, testingErrors.missingServer)) return { error: message }
      missing.add(message)
      return { missing: message }
    }
  }

  await removeStaleData()
  const listener = createServer((request, response) => {
    const { url = '' } = request
    if (url.startsWith(secret)) void answer(url.slice(secret.length)).then((body) => response.end(JSON.stringify(body)))
    else response.writeHead(404).end()
  })
  await once(listener.listen(0, '127.0.0.1'), 'listening')
  process.env[coordinatorVariable] = `http://127.0.0.1:${(listener.address() as AddressInfo).port}${secret}`

  return async () => {
    listener.close()
    listener.closeAllConnections()
    await Promise.allSettled([...started.values()].map(stopStarted))
    for (const message of missing) console.error(`\n  LEFT OUT: the tests on ${message}\n`)
  }
}

const stopStarted = async (starting: Promise<RunningServer>) => (await starting).stop()
