import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('..', import.meta.url))

/** Runs a program of node_modules/.bin, output inherited. @returns its exit code. */
export function runProgram(
  name: string,
  args: readonly string[],
  environment: Record<string, string> = {},
): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>()
  const child = spawn(name, args, { cwd: root, stdio: 'inherit', env: { ...process.env, ...environment } })
  child.on('error', reject)
  child.on('exit', (code) => resolve(code ?? 1))
  return promise
}
