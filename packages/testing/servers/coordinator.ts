import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { isError } from '@rowhouse/kernel'
import type { ProgramDeclaration, RunningServer, ServerDeclaration } from './declaration.ts'
import { declarations } from './declarations.ts'
import { provide, removeStaleData, startServer, testingErrors } from './provide.ts'
import { type Answer, type Kind, coordinatorVariable } from './shared.ts'

/**
 * Vitest's globalSetup: one coordinator a run, in vitest's main process. Test files, in processes of their own, ask it
 * for a server or a program by name; the first to ask has it started or got, and all share it. What nobody asks for is
 * not started.
 */
export const setup = () => coordinate(declarations)

/** Returns what ends the run. */
export async function coordinate(
  known: readonly (ProgramDeclaration | ServerDeclaration)[],
): Promise<() => Promise<void>> {
  const started = new Map<string, Promise<RunningServer>>()
  const got = new Map<string, Promise<string>>()
  const missing = new Set<string>()
  const secret = `/${randomUUID()}/`

  async function urlOf(declaration: ServerDeclaration): Promise<string> {
    const starting = started.get(declaration.name) ?? startServer(declaration)
    started.set(declaration.name, starting)
    return (await starting).url
  }

  async function programOf(declaration: ProgramDeclaration): Promise<string> {
    const getting = got.get(declaration.name) ?? provide(declaration)
    got.set(declaration.name, getting)
    return getting
  }

  async function answer(kind: Kind, name: string): Promise<Answer> {
    const declaration = known.find((candidate) => candidate.name === name)
    if (!declaration) return { error: `There is no ${name}: declare it in packages/testing/servers.` }
    try {
      if (kind === 'program') return { found: await programOf(declaration) }
      if ('start' in declaration) return { found: await urlOf(declaration) }
      return { error: `${name} is not a server that tests can share.` }
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
    const [kind, name] = url.slice(secret.length).split('/') as [Kind, string]
    if (url.startsWith(secret)) void answer(kind, name).then((body) => response.end(JSON.stringify(body)))
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
