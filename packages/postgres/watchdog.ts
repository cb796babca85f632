import { type ChildProcess, spawn } from 'node:child_process'
import type { Cluster } from './cluster.ts'
import { serverEnvironment } from './run.ts'

/**
 * Stops the server when this process ends without having done so, however it ended: a shell waits on a pipe that only
 * we hold open. It signals no process but the one that the data folder names as its server.
 */
export function watchOver(server: ChildProcess, cluster: Cluster): { dismiss(): void } {
  // On Windows children end with their parent anyway: libuv puts them into a job.
  if (process.platform === 'win32' || server.pid === undefined) return { dismiss() {} }
  const shell = spawn('/bin/sh', ['-c', script, 'watchdog', String(server.pid)], {
    cwd: cluster.data,
    ...cluster.account,
    env: serverEnvironment(),
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  })
  shell.unref()
  shell.on('error', () => {})
  shell.stdin.on('error', () => {})
  ;(shell.stdin as typeof shell.stdin & { unref(): void }).unref()
  return { dismiss: () => shell.stdin.end('done\n') }
}

/** Fast shutdown, immediate shutdown after 5 s, death after 8 s. The file may not be there yet when we die early. */
const script = `
read -r word && exit
for name in INT INT INT INT INT QUIT QUIT QUIT KILL; do
  pid=
  read -r pid < postmaster.pid
  if [ "$pid" = "$1" ] && kill -s $name "$pid"; then seen=1
  elif [ "$seen" ]; then exit
  fi
  sleep 1
done
`
