// Loaded into run.mjs under npm, and into what it starts.
import { isMainThread } from 'node:worker_threads'

if (isMainThread) {
  stopWhenOrphaned()
  hearSignalsOnce()
}

/** When what started us was killed with -9, it could not tell us to stop: then we tell ourselves. */
function stopWhenOrphaned() {
  const parent = process.ppid
  const timer = setInterval(() => {
    if (process.ppid === parent) return
    clearInterval(timer)
    process.kill(process.pid, 'SIGTERM')
  }, 250)
  timer.unref()
}

/**
 * One Ctrl-C arrives up to three times: from the terminal, by way of npm, by way of run.mjs. A program hears the first;
 * what follows within a second is the same key, not a second thought.
 */
function hearSignalsOnce() {
  const emit = process.emit
  const repeats = new Set(['SIGINT', 'SIGTERM', 'SIGHUP'])
  let quiet = false
  process.emit = function emitOnce(name, ...args) {
    if (!repeats.has(name)) return emit.call(this, name, ...args)
    if (quiet) return true
    quiet = true
    // A program that listens once would be killed by the repetition; so somebody goes on listening.
    for (const signal of repeats) process.on(signal, ignore)
    setTimeout(() => {
      quiet = false
      for (const signal of repeats) process.off(signal, ignore)
    }, 1_000).unref()
    return emit.call(this, name, ...args)
  }
}

function ignore() {}
