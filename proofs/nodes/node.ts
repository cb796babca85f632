/** One server of a deployment, run as the program that `npm start` runs, and broken or mistimed where a proof wants it so. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { chooseFreePort } from '@rowhouse/postgres/ports'
import type { Edit } from './edit.ts'

export interface NodeOptions {
  /** Words replaced in its sources; it does not start when they are not there, since it would prove nothing. */
  readonly edits?: readonly Edit[]
  /** How far its clock is ahead of the others'. */
  readonly clockOffsetMs?: number
  /** Dies there: `name`, or `name#3` at the third visit. */
  readonly crashPoint?: string
}

export interface Node {
  readonly origin: string
  readonly port: number
  readonly pid: number
  /** All that it has printed. */
  output(): string
  /** As Prometheus reads them. */
  metrics(): Promise<string>
  /** Resolves when it has ended, however it ended. */
  readonly ended: Promise<void>
  readonly alive: boolean
  /** With -9. */
  kill(): Promise<void>
  stop(): Promise<void>
}

const file = (path: string) => fileURLToPath(new URL(path, import.meta.url))

/** Waits until it is ready. @throws Error with what it printed when it ends before */
export async function startNode(environment: Readonly<Record<string, string>>, options: NodeOptions): Promise<Node> {
  const { edits, clockOffsetMs, crashPoint } = options
  const managementPort = await chooseFreePort(0)
  const child = spawn(process.execPath, ['--import', file('./preload.ts'), file('../../apps/server/start.ts')], {
    env: {
      PATH: process.env['PATH'],
      PORT: '0',
      MANAGEMENT_PORT: String(managementPort),
      LOG_LEVEL: 'error',
      ...environment,
      ...(edits && { PROOF_EDITS: JSON.stringify(edits) }),
      ...(clockOffsetMs && { PROOF_CLOCK_OFFSET_MS: String(clockOffsetMs) }),
      ...(crashPoint && { ROWHOUSE_CRASH_POINT: crashPoint }),
    },
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  let output = ''
  const ready = Promise.withResolvers<string>()
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text
      const origin = /^ready (\S+)$/m.exec(output)?.[1]
      if (origin) ready.resolve(origin)
    })
  }
  let alive = true
  const ended = once(child, 'close').then(() => {
    alive = false
    ready.reject(new Error(`A node did not start: ${output}`))
  })
  const end = async (signal: NodeJS.Signals) => {
    child.kill(signal)
    await ended
  }
  const origin = await ready.promise
  return {
    origin,
    port: Number(new URL(origin).port),
    pid: child.pid!,
    output: () => output,
    metrics: async () => (await fetch(`http://127.0.0.1:${managementPort}/metrics`)).text(),
    ended,
    get alive() {
      return alive
    },
    kill: () => end('SIGKILL'),
    stop: () => end('SIGTERM'),
  }
}
