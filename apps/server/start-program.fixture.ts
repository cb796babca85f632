/** Runs `start.ts` as a program of its own, as `npm start` does. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

export interface Program {
  readonly child: ChildProcess
  /** Where it serves; undefined when it ended before it was ready. */
  readonly origin: string | undefined
  /** All that it has printed. */
  output(): string
  /** Its exit code and the signal that ended it. */
  readonly exited: Promise<readonly [number | null, NodeJS.Signals | null]>
  end(signal: NodeJS.Signals): Promise<number | null>
}

const program = fileURLToPath(new URL('./start.ts', import.meta.url))
const running = new Set<ChildProcess>()

/** Starts it on free ports and waits until it is ready or has ended. */
export async function startProgram(environment: Readonly<Record<string, string>>): Promise<Program> {
  const child = spawn(process.execPath, [program], {
    env: { PATH: process.env['PATH'], PORT: '0', MANAGEMENT_PORT: '0', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  running.add(child)
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (output += text))
  const exited = once(child, 'close').then(([code, signal]) => {
    running.delete(child)
    return [code as number | null, signal as NodeJS.Signals | null] as const
  })
  const originOf = () => /^ready (\S+)$/m.exec(output)?.[1]
  while (running.has(child) && originOf() === undefined) await sleep(20)
  return {
    child,
    origin: originOf(),
    output: () => output,
    exited,
    async end(signal) {
      child.kill(signal)
      return (await exited)[0]
    },
  }
}

/** Kills what a failed test left running. */
export function killPrograms(): void {
  for (const child of running) child.kill('SIGKILL')
}
