import { execFile } from 'node:child_process'
import { readFile, readdir } from 'node:fs/promises'
import { promisify } from 'node:util'

/**
 * The processes with `name` in their command line. PostgreSQL shows its cluster's name there, in the postmaster's
 * arguments and in every child's title, readable for everyone. None on Windows, where children end with their parent.
 */
export async function processesNamed(name: string): Promise<number[]> {
  if (process.platform === 'win32') return []
  const running = process.platform === 'linux' ? await fromProc() : await fromPs()
  return running.filter(({ command }) => isServer(command, name)).map(({ pid }) => pid)
}

/** Sends a signal; a process that is gone already is no failure. */
export function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}

const isServer = (command: string, name: string) =>
  command.includes(`cluster_name=${name}`) || command.startsWith(`postgres: ${name}:`)

async function fromProc(): Promise<{ pid: number; command: string }[]> {
  const pids = (await readdir('/proc')).map(Number).filter((pid) => pid > 0)
  return Promise.all(pids.map(async (pid) => ({ pid, command: await commandOf(pid) })))
}

const commandOf = (pid: number) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')

async function fromPs(): Promise<{ pid: number; command: string }[]> {
  const { stdout } = await promisify(execFile)('ps', ['-axww', '-o', 'pid=,command='], { maxBuffer: 64_000_000 })
  return stdout.split('\n').map((line) => {
    const [, pid = '0', command = ''] = /^\s*(\d+)\s+(.*)$/.exec(line) ?? []
    return { pid: Number(pid), command }
  })
}
