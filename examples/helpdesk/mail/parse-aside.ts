import { Worker } from 'node:worker_threads'
import { mailErrors, parseMail, type ParsedMail } from './parse.ts'

/** Below this a message takes a few milliseconds, less than a thread takes to start. */
const smallBytes = 64 * 1024
const deadlineMs = 15_000

/**
 * Parses a message without holding up anybody else: a large one takes seconds (10 MB of flowed text 5 s, measured), so it
 * is read in a thread, one at a time, and given up after a while.
 *
 * @throws what `parseMail` throws, helpdesk.mail_too_complex also when it takes too long
 */
export const parseMailAside = (raw: Uint8Array): Promise<ParsedMail> => {
  if (raw.length < smallBytes) return parseMail(raw)
  const parsed = last.then(() => parseInThread(raw))
  last = parsed.catch(() => {})
  return parsed
}

let last: Promise<unknown> = Promise.resolve()

interface Outcome {
  readonly mail?: ParsedMail
  readonly refused?: { readonly code: string; readonly operator?: string }
}

function parseInThread(raw: Uint8Array): Promise<ParsedMail> {
  const { promise, resolve, reject } = Promise.withResolvers<ParsedMail>()
  const thread = new Worker(new URL('./parse-thread.ts', import.meta.url), { workerData: raw })
  const timer = setTimeout(() => {
    reject(mailErrors.mailTooComplex({ operator: `Parsing took over ${deadlineMs} ms` }))
    void thread.terminate()
  }, deadlineMs)
  thread.on('message', ({ mail, refused }: Outcome) => (mail ? resolve(mail) : reject(refusal(refused!))))
  thread.on('error', reject)
  thread.on('exit', () => {
    clearTimeout(timer)
    reject(new Error('The mail thread ended without an answer'))
  })
  return promise
}

function refusal({ code, operator }: NonNullable<Outcome['refused']>) {
  const known = Object.values(mailErrors).find((each) => each.code === code) ?? mailErrors.mailUnreadable
  return known(operator === undefined ? {} : { operator })
}
