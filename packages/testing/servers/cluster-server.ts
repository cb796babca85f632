import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import type { PostgresOptions } from '@rowhouse/postgres'
import { processesNamed, signal } from '@rowhouse/postgres/processes'
import { open } from './postgres.ts'
import { sql } from './sql.ts'

/** One server of a cluster, and the ways in which it can fail. */
export interface ClusterServer {
  /** The superuser's. */
  readonly url: string
  readonly port: number
  /** All its processes at once, as a power cut would; it stays down, and its port refuses. */
  kill(): Promise<void>
  /** After `kill`: again, with its data, on the same port. A killed primary comes back as a primary. */
  start(): Promise<void>
  /** All its processes stand still: connections stay open and are accepted, and nothing answers. */
  freeze(): Promise<void>
  /** They go on as if nothing had been. */
  thaw(): Promise<void>
}

/** @param program what `provide` answered */
export async function openServer(program: string, options: PostgresOptions): Promise<ClusterServer> {
  let postgres = await open(program, options)
  const { url, port } = postgres
  const [{ cluster_name: name }] = (await sql(url, 'show cluster_name')) as [{ cluster_name: string }]
  let guard: ChildProcess | undefined

  async function thaw(): Promise<void> {
    guard?.stdin?.end()
    guard?.ref()
    if (guard) await once(guard, 'exit')
    guard = undefined
  }

  return {
    url,
    port,
    async kill() {
      await postgres.kill()
      await thaw()
    },
    async start() {
      postgres = await open(program, { ...options, port })
    },
    async freeze() {
      // A process that was being started at the first look is there at the second.
      for (const _ of ['first', 'second']) for (const pid of await processesNamed(name)) signal(pid, 'SIGSTOP')
      guard ??= thawer(await processesNamed(name))
    },
    thaw,
  }
}

/**
 * Lets the processes go on once its standard input is closed, which the end of this process does too: what stands still
 * could not notice that its owner is gone.
 */
function thawer(pids: readonly number[]): ChildProcess {
  const shell = spawn('/bin/sh', ['-c', 'read -r word; kill -s CONT "$@"', 'thawer', ...pids.map(String)], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  })
  shell.unref()
  ;(shell.stdin as typeof shell.stdin & { unref(): void }).unref()
  return shell
}
