import { readlinkSync, writeFileSync } from 'node:fs'
import { type AddressInfo, type Socket, connect, createServer } from 'node:net'
import { basename } from 'node:path'
import { parentPort, workerData } from 'node:worker_threads'

// Node's timers count whole milliseconds, so this thread keeps time itself: while bytes are held it looks at the
// sockets, sends what is due and sleeps a few microseconds, in turns; when none are held it waits as usual.

const { host, port, delayMs } = workerData as { host: string; port: number; delayMs: number }
const sliceMs = 0.02

interface Held {
  readonly dueMs: number
  readonly send: () => void
}

const held: Held[] = []
const neverWoken = new Int32Array(new SharedArrayBuffer(4))

allowShortSleeps()
const listener = createServer({ noDelay: true, allowHalfOpen: true }, (client) => {
  const target = connect({ host, port, noDelay: true, allowHalfOpen: true })
  forward(client, target)
  forward(target, client)
})
listener.listen(0, '127.0.0.1', () => parentPort?.postMessage((listener.address() as AddressInfo).port, []))

function forward(from: Socket, to: Socket): void {
  from.on('data', (bytes) => hold(() => to.write(bytes)))
  from.on('end', () => hold(() => to.end()))
  from.on('error', () => to.destroy())
}

/** The delay is the same for all, so what arrived first is due first. */
function hold(send: () => void): void {
  held.push({ dueMs: performance.now() + delayMs, send })
  if (held.length === 1) setImmediate(turn)
}

function turn(): void {
  const nowMs = performance.now()
  const due = held.findIndex(({ dueMs }) => dueMs > nowMs)
  for (const { send } of held.splice(0, due === -1 ? held.length : due)) send()
  const [next] = held
  if (!next) return
  Atomics.wait(neverWoken, 0, 0, Math.min(sliceMs, Math.max(0, next.dueMs - performance.now())))
  setImmediate(turn)
}

/** Linux rounds sleeps up to 50 µs unless asked not to. */
function allowShortSleeps(): void {
  try {
    const thread = basename(readlinkSync('/proc/thread-self'))
    writeFileSync(`/proc/${thread}/timerslack_ns`, '1')
  } catch {
    // Not Linux: sleeps are a little longer.
  }
}
