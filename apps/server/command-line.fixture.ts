/** `rowhouse`, as a program of its own and inside the test's process. */
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { runCli } from '@rowhouse/cli'
import type { TestPlatform } from './test-platform.ts'

type Environment = Readonly<Record<string, string>>

const program = fileURLToPath(new URL('./rowhouse.ts', import.meta.url))

/** @param environment asked for at each call: all of it, but what the call adds */
export const programIn =
  (environment: () => Environment) =>
  (args: readonly string[], more: Environment = {}) => {
    const env = { ...environment(), ...more }
    const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...args], { env, encoding: 'utf8' })
    return { status, output: stdout + stderr }
  }

/**
 * What a command of the operator's says.
 *
 * @throws what it says when it fails
 */
export async function operate({ origin, operatorKey }: TestPlatform, ...args: string[]): Promise<string> {
  const said: string[] = []
  const say = (text: string) => void said.push(text)
  const unused = async (): Promise<never> => Promise.reject(new Error('not asked for'))
  const options = {
    operatorApi: () => ({ origin, key: operatorKey }),
    migrate: unused,
    doctor: unused,
    config: () => ({}),
    catalogue: [],
  }
  if ((await runCli(args, options, { out: say, error: say })) !== 0) throw new Error(said.join(''))
  return said.join('')
}
