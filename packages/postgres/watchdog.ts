import { type ChildProcess, spawn } from 'node:child_process'
import type { Account } from './account.ts'
import { serverEnvironment } from './run.ts'

/**
 * Stops the server when this process ends without having done so, however it ended: a shell waits on a pipe that only
 * we hold open. It signals no process but the one that the server's own file of its process id names.
 *
 * @param pidFile its first line is the process id; relative to `folder`
 */
export function watchOver(
  server: ChildProcess,
  { folder, pidFile, account }: { folder: string; pidFile: string; account: Account | undefined },
): { dismiss(): void } {
  // On Windows children end with their parent anyway: libuv puts them into a job.
  if (process.platform === 'win32' || server.pid === undefined) return { dismiss() {} }
  const shell = spawn('/bin/sh', ['-c', script, 'watchdog', String(server.pid), pidFile], {
    cwd: folder,
    ...account,
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
  read -r pid < "$2"
  if [ "$pid" = "$1" ] && kill -s $name "$pid"; then seen=1
  elif [ "$seen" ]; then exit
  fi
  sleep 1
done
`
