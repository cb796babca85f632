import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { RowhouseError } from '@rowhouse/kernel'
import { serverAccount } from './account.ts'
import { findProgram } from './binaries.ts'
import { type Cluster, openCluster } from './cluster.ts'
import { postgresErrors } from './errors.ts'
import { diskFull, lockFolder, prepareFolder } from './folder.ts'
import { chooseFreePort } from './ports.ts'
import { type Server, startServer, stopLeftovers } from './server.ts'
import { supervise } from './supervise.ts'

export { postgresErrors }

export interface PostgresOptions {
  /** Everything it keeps: data, password, port, log. Made when missing; one process at a time may open it. */
  readonly folder: string
  /** A folder with `initdb` and `postgres`. By default PostgreSQL 18, from npm. */
  readonly binaries?: string
  /** On 127.0.0.1. By default a free one, remembered in the folder and used again while it is free. */
  readonly port?: number
  /** Server settings, for this run only: `{ fsync: 'off', max_connections: 300 }`. */
  readonly settings?: Readonly<Record<string, string | number>>
  /** Hears that the server died (it is started again) or could not be started again yet. */
  readonly onProblem?: (error: RowhouseError) => void
}

export interface Postgres {
  /** The superuser's, with its password. */
  readonly url: string
  readonly port: number
  /** Ends every connection, writes everything down and stops. Safe to call twice. */
  stop(): Promise<void>
  /** Kills the server as a power cut would, for tests and proofs; it stays down. */
  kill(): Promise<void>
}

/**
 * Runs a private PostgreSQL on loopback, as an ordinary user even when this process is root. The server ends when this
 * process does, however it ends; what a killed process left behind is stopped before the next start.
 *
 * @throws postgres.* with one sentence on what to do, see errors.ts
 */
export async function openPostgres(options: PostgresOptions): Promise<Postgres> {
  const folder = await prepareFolder(options.folder)
  const lock = await lockFolder(folder)
  try {
    const account = await serverAccount(folder)
    const program = await findProgram(options.binaries, account)
    const cluster = await openCluster({ folder, account, program, settings: options.settings ?? {} })
    await stopLeftovers(cluster)
    const { server, port } = await startOnFreePort(cluster, options.port)
    const startAgain = async () => {
      await stopLeftovers(cluster)
      return startServer(cluster, port)
    }
    const running = supervise(server, startAgain, options.onProblem ?? (() => {}))
    const close = async (how: 'stop' | 'kill') => {
      await running.end(how)
      lock.release()
    }
    return {
      url: `postgres://postgres:${cluster.password}@127.0.0.1:${port}/postgres`,
      port,
      stop: () => close('stop'),
      kill: () => close('kill'),
    }
  } catch (error) {
    lock.release()
    throw (error as NodeJS.ErrnoException).code === 'ENOSPC' ? diskFull(folder, error) : error
  }
}

/** Another program may take a port between the look and the start: then the next one is tried. */
async function startOnFreePort(
  cluster: Cluster,
  wanted: number | undefined,
): Promise<{ server: Server; port: number }> {
  const file = join(cluster.folder, 'port')
  const remembered = Number(await readFile(file, 'utf8').catch(() => 0))
  for (let attempt = 1; ; attempt += 1) {
    const port = wanted ?? (await chooseFreePort(attempt === 1 ? remembered : 0))
    try {
      const server = await startServer(cluster, port)
      if (port !== remembered) await writeFile(file, `${port}\n`)
      return { server, port }
    } catch (error) {
      const taken = (error as Partial<RowhouseError>).code === postgresErrors.portTaken.code
      if (!taken || wanted !== undefined || attempt === 5) throw error
    }
  }
}
