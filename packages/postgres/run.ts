import { spawn } from 'node:child_process'
import type { Account } from './account.ts'

/** Runs one of PostgreSQL's programs to its end; never throws. `code` is the exit code, a signal or an errno name. */
export function run(
  program: string,
  args: readonly string[],
  options: { readonly cwd: string; readonly account: Account | undefined },
): Promise<{ code: number | string; output: string }> {
  const { promise, resolve } = Promise.withResolvers<{ code: number | string; output: string }>()
  const child = spawn(program, args, {
    cwd: options.cwd,
    ...options.account,
    env: serverEnvironment(),
    stdio: ['ignore', 'pipe', 'pipe'],
    windowsHide: true,
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (output += text))
  child.on('error', (error: NodeJS.ErrnoException) => resolve({ code: error.code ?? 'error', output: error.message }))
  child.on('close', (code, signal) => resolve({ code: code ?? signal ?? 'error', output }))
  return promise
}

/** Nothing of ours reaches the server: no PG* variable, no library path, no time zone, no language. */
export function serverEnvironment(): NodeJS.ProcessEnv {
  const { PATH, SystemRoot } = process.env
  return { PATH, LC_ALL: 'C', TZ: 'UTC', ...(SystemRoot ? { SystemRoot } : {}) }
}
