/**
 * Loaded before the server's program by `--import`: lets a proof break its source and put its clock wrong, and ends it
 * when the proof is gone.
 */
import { readFileSync } from 'node:fs'
import { registerHooks } from 'node:module'
import { isMainThread } from 'node:worker_threads'
import { breakSource, type Edit } from './edit.ts'

const { PROOF_EDITS: edits, PROOF_CLOCK_OFFSET_MS: offsetMs } = process.env
// The server's threads load it as well.
if (isMainThread) endWithParent()
if (edits) breakSources(JSON.parse(edits) as Edit[])
if (offsetMs) moveClock(Number(offsetMs))

/** The proof holds the other end of stdin, whatever becomes of it. */
function endWithParent(): void {
  process.stdin.on('end', () => process.exit(1)).resume()
  process.stdin.unref()
}

function breakSources(edits: readonly Edit[]): void {
  const root = new URL('../../', import.meta.url)
  const byUrl = Map.groupBy(edits, ({ file }) => new URL(file, root).href)
  registerHooks({
    load(url, context, next) {
      const loaded = next(url, context)
      const here = byUrl.get(url)
      return here ? { ...loaded, source: breakSource(readFileSync(new URL(url), 'utf8'), here) } : loaded
    },
  })
}

/** Both ways of asking for the time; timers go by another clock and stay right. */
function moveClock(offsetMs: number): void {
  const Right = Date
  globalThis.Date = class extends Right {
    constructor(...parts: [] | [number]) {
      if (parts.length === 0) super(Right.now() + offsetMs)
      else super(...parts)
    }
    static override now(): number {
      return Right.now() + offsetMs
    }
  } as DateConstructor
}
