import { lstat, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { defineErrors } from '@rowhouse/kernel'
import type { ProgramDeclaration, RunningServer, ServerDeclaration, Settings } from './declaration.ts'

export const testingErrors = defineErrors('testing', {
  missingServer: {
    status: 503,
    title: 'Missing server',
    detail: 'A server that the tests need is not there.',
    operator: 'Install it with the command shown, or name a running one in the variable shown.',
  },
})

/**
 * Starts an instance for the caller alone, on a free port, with data of its own. One that the environment names is
 * used as it is: shared, never stopped.
 *
 * @throws testing.missing_server with the command that gets it
 */
export async function startServer(declaration: ServerDeclaration, settings: Settings = {}): Promise<RunningServer> {
  const url = process.env[declaration.variable]
  if (url) return theirs(declaration, url)
  const program = await provide(declaration)
  const folder = await makeFolder()
  const remove = () => rm(folder, { recursive: true, force: true, maxRetries: 5 })
  const end = async (how: () => Promise<void>) => {
    await how()
    await remove()
  }
  try {
    const running = await declaration.start(program, folder, settings)
    return { url: running.url, stop: () => end(() => running.stop()), kill: () => end(() => running.kill()) }
  } catch (error) {
    await remove()
    throw error
  }
}

/** For one server's data; removed with the run's other data should the run be killed. */
export const makeFolder = () => mkdtemp(join(temporary(), `rowhouse-test-${process.pid}-`))

/** Removes the data of runs that were killed; their servers ended with them. */
export async function removeStaleData(): Promise<void> {
  for (const name of await readdir(temporary())) {
    const [, pid] = /^rowhouse-test-(\d+)-/.exec(name) ?? []
    if (!pid || isAlive(Number(pid))) continue
    const path = join(temporary(), name)
    // The temporary folder is everybody's: what others put there is not ours to remove.
    const about = await lstat(path).catch(() => undefined)
    if (about?.uid === process.getuid?.()) await rm(path, { recursive: true, force: true }).catch(() => {})
  }
}

/**
 * Where the program is, after getting it when it is missing.
 *
 * @throws testing.missing_server with the command that gets it
 */
export async function provide(declaration: ProgramDeclaration): Promise<string> {
  const found = await declaration.find()
  if (found !== undefined) return found
  let reason = 'is not on this machine'
  for (const source of declaration.sources) {
    if (!(await source.isUsable())) continue
    try {
      await source.get()
      const program = await declaration.find()
      if (program !== undefined) return program
    } catch (error) {
      reason = `could not be installed (${(error as Error).message})`
    }
  }
  const commands = declaration.sources.map(({ command }) => command)
  const whose = 'start' in declaration ? '<its URL>' : '<its program>'
  const ways = [...commands, `${declaration.variable}=${whose}`].join('   or   ')
  throw testingErrors.missingServer({ operator: `${declaration.title} ${reason}. To get it:  ${ways}` })
}

const theirs = ({ title, variable }: ServerDeclaration, url: string): RunningServer => ({
  url,
  stop: async () => {},
  kill: () => Promise.reject(new Error(`${title} of ${variable} is not ours to kill`)),
})

/** As root, servers run as another user, who may not be able to enter root's own temporary folder. */
export const temporary = () => (process.getuid?.() === 0 ? '/tmp' : tmpdir())

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
