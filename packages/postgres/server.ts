import { type ChildProcess, spawn } from 'node:child_process'
import { open, readFile, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Cluster } from './cluster.ts'
import { postgresErrors } from './errors.ts'
import { diskFull, saysDiskFull } from './folder.ts'
import { processesNamed, signal } from './processes.ts'
import { serverEnvironment } from './run.ts'
import { watchOver } from './watchdog.ts'

/** A running postmaster. */
export interface Server {
  /** Resolves when the postmaster is gone, for whatever reason. */
  readonly exited: Promise<unknown>
  stop(): Promise<void>
  kill(): Promise<void>
}

/** @throws postgres.portTaken, postgres.diskFull, postgres.notReady with the end of the log */
export async function startServer(cluster: Cluster, port: number): Promise<Server> {
  const log = await openLog(cluster)
  const settings = {
    log_line_prefix: '%m [%p] ',
    ...cluster.settings,
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    port,
    cluster_name: cluster.name,
  }
  const child = spawn(
    join(cluster.program.folder, 'postgres'),
    ['-D', cluster.dataArgument, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])],
    {
      cwd: cluster.data,
      ...cluster.account,
      env: serverEnvironment(),
      stdio: ['ignore', log.fd, log.fd],
      // Its own process group: Ctrl-C is for us, and the server goes on until we have drained.
      detached: process.platform !== 'win32',
      windowsHide: true,
    },
  )
  const exited = new Promise((resolve) => child.once('exit', resolve).once('error', resolve))
  await log.close()
  const watchdog = watchOver(child, { folder: cluster.data, pidFile: 'postmaster.pid', account: cluster.account })
  void exited.then(() => watchdog.dismiss())
  const ended = () => child.exitCode !== null || child.signalCode !== null || child.pid === undefined
  const end = async (steps: readonly Step[]) => {
    child.ref()
    for (const [name, waitMs] of steps) {
      if (!ended()) child.kill(name)
      await Promise.race([exited, sleep(waitMs, undefined, { ref: false })])
    }
    await waitUntilGone(cluster)
  }
  const kill = async () => {
    if (!ended()) child.kill('SIGKILL')
    // A child that is busy, or stopped, would not notice yet, and might still commit.
    for (const pid of await processesNamed(cluster.name)) signal(pid, 'SIGKILL')
    await end([['SIGKILL', forever]])
  }
  if (!(await becomesReady(child, cluster, ended))) {
    await kill()
    throw await startFailure(cluster, port, log.offset)
  }
  child.unref()
  return { exited, stop: () => end([...gently, ['SIGKILL', forever]]), kill }
}

/** Stops what the folder's last owner, killed, may have left running, so that the data have one server. */
export async function stopLeftovers(cluster: Cluster): Promise<void> {
  for (const [name, waitMs] of [...gently, ['SIGKILL', 5_000] as const]) {
    const pids = await processesNamed(cluster.name)
    if (pids.length === 0) break
    const { pid: postmaster } = await postmasterFile(cluster)
    for (const pid of pids) if (pid === postmaster || name === 'SIGKILL') signal(pid, name)
    await waitUntilGone(cluster, waitMs)
  }
  // Its process id may be another program's by now, which PostgreSQL would take for a server on these data.
  await rm(join(cluster.data, 'postmaster.pid'), { force: true })
}

type Step = readonly [NodeJS.Signals, number]
const forever = 2 ** 31 - 1
/** Fast shutdown; when that takes too long immediate shutdown, from which the next start recovers. */
const gently: readonly Step[] = [
  ['SIGINT', 15_000],
  ['SIGQUIT', 5_000],
]

/** The server's own word, as `pg_ctl` reads it: the last line of postmaster.pid. A long recovery has its time. */
async function becomesReady(child: ChildProcess, cluster: Cluster, ended: () => boolean): Promise<boolean> {
  const deadline = Date.now() + 300_000
  while (!ended() && Date.now() < deadline) {
    const { pid, status } = await postmasterFile(cluster)
    if (pid === child.pid && status === 'ready') return true
    await sleep(5)
  }
  return false
}

async function postmasterFile(cluster: Cluster): Promise<{ pid: number; status: string | undefined }> {
  const text = await readFile(join(cluster.data, 'postmaster.pid'), 'utf8').catch(() => '')
  const lines = text.split('\n')
  return { pid: Number(lines[0]), status: lines[7]?.trim() }
}

/** The postmaster's children see its death within moments, and only then may another one open the data. */
async function waitUntilGone(cluster: Cluster, waitMs = 5_000): Promise<boolean> {
  const deadline = Date.now() + waitMs
  for (;;) {
    if ((await processesNamed(cluster.name)).length === 0) return true
    if (Date.now() > deadline) return false
    await sleep(10)
  }
}

async function openLog(cluster: Cluster): Promise<{ fd: number; offset: number; close(): Promise<void> }> {
  const path = logFile(cluster)
  const { size } = await stat(path).catch(() => ({ size: 0 }))
  if (size > 16_000_000) await rename(path, `${path}.1`)
  const file = await open(path, 'a', 0o600)
  return { fd: file.fd, offset: (await file.stat()).size, close: () => file.close() }
}

async function startFailure(cluster: Cluster, port: number, logOffset: number): Promise<Error> {
  const log = (await readFile(logFile(cluster))).subarray(logOffset).toString()
  if (/could not bind|could not create any TCP/.test(log)) {
    return postgresErrors.portTaken({
      operator: `Port ${port} of 127.0.0.1 is taken by another program: stop it, or choose another port.`,
    })
  }
  if (saysDiskFull(log)) return diskFull(cluster.folder)
  const tail = log.trim().split('\n').slice(-10).join('\n')
  return postgresErrors.notReady({
    operator: `PostgreSQL did not start; put right what its log ${logFile(cluster)} says:\n${tail}`,
  })
}

const logFile = (cluster: Cluster) => join(cluster.folder, 'postgres.log')
