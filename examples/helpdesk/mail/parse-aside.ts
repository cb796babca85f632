import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { mailErrors } from './errors.ts'
import { isQuick } from './limits.ts'
import { parseMail, type ParsedMail } from './parse.ts'
import { createTurns } from './turns.ts'

/** Several times what the longest takes alone: machines are busy. */
const deadlineMs = 30_000

const mebibytes = 1024 * 1024
const turns = createTurns(
  { atOnce: 2, waitingBytes: 128 * mebibytes, waitingBytesEach: 32 * mebibytes },
  mailErrors.mailBusy,
)

/**
 * Parses a message without holding up anybody else: what takes longer than a few milliseconds is read in one of two
 * threads, and tenants take turns at them.
 *
 * @throws what `parseMail` throws, desk.mail_too_complex also when it takes too much memory; desk.mail_busy when there is no
 * room to wait, or 30 s were not enough
 */
export const parseMailAside = (tenantId: string, raw: Uint8Array): Promise<ParsedMail> =>
  isQuick(raw) ? parseMail(raw) : turns(tenantId, raw.length, () => parseInThread(raw))

/** What the thread answers. Errors lose their class on the way. */
export interface Outcome {
  readonly mail?: ParsedMail
  readonly refused?: { readonly code: string } & Parameters<typeof mailErrors.mailTooComplex>[0]
}

const idle: Worker[] = []

async function parseInThread(raw: Uint8Array): Promise<ParsedMail> {
  const { mail, refused } = await outcomeOf(raw)
  if (mail) return mail
  const known = Object.values(mailErrors).find(({ code }) => code === refused!.code)
  throw known!(refused)
}

async function outcomeOf(raw: Uint8Array): Promise<Outcome> {
  const thread = idle.pop() ?? startThread()
  thread.ref()
  try {
    thread.postMessage(raw)
    const [outcome] = await once(thread, 'message', { signal: AbortSignal.timeout(deadlineMs) })
    idle.push(thread)
    thread.unref()
    return outcome as Outcome
  } catch (cause) {
    await thread.terminate()
    // Whatever is within the limits is read in 3 s: when it was not, the machine has too much to do.
    if (cause instanceof Error && cause.name === 'AbortError') {
      throw mailErrors.mailBusy({
        detail: 'The message could not be read in time. Send it again later.',
        operator: `Parsing took over ${deadlineMs} ms`,
        cause,
      })
    }
    throw mailErrors.mailTooComplex({
      operator: `The thread was ended: ${String(cause)}`,
      errors: [{ pointer: '', detail: 'It takes too much memory' }],
      cause,
    })
  }
}

/** Kept between messages, because it takes longer to start than most messages to read; it does not keep the process. */
function startThread(): Worker {
  const thread = new Worker(new URL('./parse-thread.ts', import.meta.url), {
    resourceLimits: { maxOldGenerationSizeMb: 256, maxYoungGenerationSizeMb: 32 },
  })
  // Whoever waits for its answer hears of it; one that dies while nobody waits must not end the process.
  thread.on('error', () => {
    if (idle.includes(thread)) idle.splice(idle.indexOf(thread), 1)
  })
  return thread
}
