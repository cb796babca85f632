import { readFileSync, readdirSync } from 'node:fs'
import { RowhouseError, isError } from '@rowhouse/kernel'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { mailErrors } from './errors.ts'
import { messages } from './messages.ts'
import { nasty } from './nasty/nasty.ts'
import { parseMail } from './parse.ts'

const read = (file: string) => readFileSync(new URL(`messages/${file}`, import.meta.url))
const parse = (text: string) => parseMail(Buffer.from(text.replaceAll('\n', '\r\n')))
const sender = async (header: string) => (await parse(`${header}\n\n`)).from.address

test('every message file has an expectation, and every expectation a file', () => {
  const files = readdirSync(new URL('messages/', import.meta.url)).filter((name) => name.endsWith('.eml'))
  expect(messages.map(({ file }) => file).toSorted()).toEqual(files.toSorted())
})

describe('mail as real programs write it', () => {
  for (const expected of messages) {
    test(expected.file, async () => {
      const parsing = parseMail(read(expected.file))
      if (expected.refused) return expect(parsing).rejects.toMatchObject({ name: 'RowhouseError', status: 422 })
      const mail = await parsing
      expect(mail.from).toEqual(expected.from)
      expect(mail.subject).toBe(expected.subject)
      expect(mail.text).toContain(expected.bodyIncludes)
      if (expected.bodyIncludes === '') expect(mail.text).toBe('')
      expect(mail.attachments.map(({ name, type }) => ({ name, type }))).toEqual(expected.attachments)
      expectStorable(mail)
    })
  }
})

test('a refusal says what is missing', async () => {
  await expect(parseMail(read('refused-not-mail.eml'))).rejects.toMatchObject({ code: mailErrors.mailUnreadable.code })
  await expect(parseMail(new Uint8Array())).rejects.toMatchObject({ code: mailErrors.mailUnreadable.code })
  await expect(parseMail(read('refused-no-sender.eml'))).rejects.toMatchObject({
    code: mailErrors.mailSenderMissing.code,
    detail: expect.stringContaining('From, Sender and Reply-To'),
  })
})

test('a thread is named by Message-ID, In-Reply-To and References', async () => {
  const reply = await parseMail(read('reply.eml'))
  expect(reply.inReplyTo).toBe('<ticket-204-c2@support.acme.example>')
  expect(reply.references).toHaveLength(3)
  expect(reply.references[0]).toBe((await parseMail(read('gmail-web.eml'))).messageId)
  expect((await parse('From: a@b.example\nMessage-ID: bare@b.example\n\n')).messageId).toBe('<bare@b.example>')
  expect(await parseMail(read('no-message-id.eml'))).not.toHaveProperty('messageId')
})

test('programs, lists and vacation notices are marked automatic, people are not', async () => {
  const automatic = await Promise.all(
    messages.filter(({ refused }) => !refused).map(async ({ file }) => ({ file, ...(await parseMail(read(file))) })),
  )
  expect(automatic.filter((mail) => mail.automatic).map(({ file }) => file)).toEqual([
    'sendmail-cron.eml',
    'auto-reply.eml',
    'bounce.eml',
    'mailing-list.eml',
  ])
})

test('a date is UTC when it names no zone, and absent when it is none', async () => {
  expect((await parseMail(read('iphone.eml'))).date).toEqual(new Date('2026-03-11T06:58:14Z'))
  expect((await parse('From: a@b.example\nDate: Wed, 4 Mar 2026 10:00:00\n\n')).date).toEqual(
    new Date('2026-03-04T10:00:00Z'),
  )
  for (const date of ['yesterday', '4 Mar 99999 10:00:00 +0000', '']) {
    expect(await parse(`From: a@b.example\nDate: ${date}\n\n`)).not.toHaveProperty('date')
  }
})

test('the sender is the first usable address of From, Sender, Reply-To', async () => {
  expect(await sender('From: nobody\nSender: B@B.example\nReply-To: c@c.example')).toBe('b@b.example')
  expect(await sender('From: Team: x@x.example, y@y.example;')).toBe('x@x.example')
  for (const bad of [
    'a@localhost',
    '.a@b.example',
    'a@-b.example',
    'a\u200bb@b.example',
    `${'a'.repeat(65)}@b.example`,
  ]) {
    await expect(sender(`From: <${bad}>`)).rejects.toMatchObject({ code: mailErrors.mailSenderMissing.code })
  }
})

test('8-bit text without a character set, and text that only claims UTF-8, is read as Windows-1252', async () => {
  for (const contentType of ['', 'Content-Type: text/plain; charset=utf-8\n']) {
    const raw = Buffer.from(`From: a@b.example\nSubject: Gr\xfc\xdfe\n${contentType}\nF\xfcnf \x80\n`, 'latin1')
    expect(await parseMail(raw)).toMatchObject({ subject: 'Grüße', text: 'Fünf €' })
  }
  const header = Buffer.from('Subject: \xf0\xd2\xc9\xd7\xc5\xd4\nFrom: a@b.example\n', 'latin1')
  const body = Buffer.from('Content-Type: text/plain; charset=koi8-r\n\n\xe4\xc1\n', 'latin1')
  expect(await parseMail(Buffer.concat([header, body]))).toMatchObject({ subject: 'Привет', text: 'Да' })
})

test('HTML with a plain footer below it is read whole, without its style sheet', async () => {
  const mail = await parse(
    'From: a@b.example\nContent-Type: multipart/mixed; boundary=x\n\n--x\nContent-Type: text/html\n\n' +
      '<style>p{}</style><p>Hello<br>you</p>\n--x\nContent-Type: text/plain\n\nScanned.\n--x--\n',
  )
  expect(mail.text).toBe('Hello\nyou\n\nScanned.')
})

test('a forwarded message is an attachment, also where the program shows it inline', async () => {
  const mail = await parse(
    'From: a@b.example\nContent-Type: multipart/mixed; boundary=x\n\n--x\n\nLook.\n--x\nContent-Type: message/rfc822\n\n' +
      'From: c@d.example\nSubject: Old\nContent-Type: text/plain\n\nOld text.\n--x--\n',
  )
  expect(mail.text).toBe('Look.')
  expect(mail.attachments).toMatchObject([{ name: 'attachment-1', type: 'message/rfc822' }])
})

test('what is stored is bounded', async () => {
  const parts = '--x\nContent-Disposition: attachment; filename=a.txt\n\nhi\n'.repeat(1000)
  const mail = await parse(
    `From: "${'n'.repeat(300)}" <a@b.example>\nSubject: ${'s'.repeat(998)}\nReferences: ${'<r@b.example>\n '.repeat(500)}\n` +
      `Content-Type: multipart/mixed; boundary=x\n\n--x\n\n${'😀'.repeat(60_000)}\n${parts}--x--`,
  )
  expect([mail.from.name.length, mail.subject.length, mail.references.length]).toEqual([200, 500, 100])
  // One character short of the bound: an emoji is not cut in half.
  expect([mail.text.length, mail.attachments.length]).toEqual([99_999, 200])
  expectStorable(mail)
})

test.each([
  ['ten megabytes of short lines', 'hello world\r\n'.repeat(800_000)],
  ['a hundred thousand parts', '--x\r\n\r\nhi\r\n'.repeat(100_000)],
  ['parts a thousand deep', Array.from({ length: 1000 }, (_, n) => multipart(n)).join('')],
  ['a header of a megabyte', `--x\r\nX: ${'"'.repeat(1_000_000)}`],
])('%s are refused within a second', async (_, body) => {
  const spentMs = stopwatch()
  const raw = Buffer.from(`From: a@b.example\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n${body}`)
  await expect(parseMail(raw)).rejects.toMatchObject({ code: mailErrors.mailTooComplex.code })
  expect(spentMs()).toBeLessThan(1000)
})

function multipart(depth: number) {
  return `Content-Type: multipart/mixed; boundary=b${depth}\r\n\r\n--b${depth}\r\n`
}

test('bytes changed at random never bring out anything but mail or an error of the catalogue, within a second', async () => {
  const sources = [
    ...messages.map(({ file }) => read(file)),
    ...Object.values(nasty)
      .flat()
      .map(({ raw }) => raw),
  ].filter(({ length }) => length < 10_000)
  const edit = fc.record({ at: fc.nat(), remove: fc.nat(40), insert: fc.uint8Array({ maxLength: 8 }) })
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...sources),
      fc.array(edit, { minLength: 1, maxLength: 12 }),
      async (raw, edits) => {
        let mutated: Uint8Array = raw
        for (const { at, remove, insert } of edits) {
          const start = at % (mutated.length + 1)
          mutated = Buffer.concat([mutated.subarray(0, start), insert, mutated.subarray(start + remove)])
        }
        const spentMs = stopwatch()
        try {
          expectStorable(await parseMail(mutated))
        } catch (error) {
          if (!(error instanceof RowhouseError)) throw error
          expect(Object.values(mailErrors).some((code) => isError(error, code))).toBe(true)
        }
        expect(spentMs()).toBeLessThan(1000)
      },
    ),
    { numRuns: 2000 },
  )
})

/** Whatever was sent: no NUL, no half of a surrogate pair, no line break where one line is meant. */
function expectStorable(mail: Awaited<ReturnType<typeof parseMail>>) {
  JSON.stringify(mail, (_name, value: unknown) => {
    // Of the text itself: a message may well hold the letters `\u0000`.
    if (typeof value === 'string') expect([value.isWellFormed(), value.includes('\0')]).toEqual([true, false])
    return value
  })
  const oneLiners = [mail.subject, mail.from.name, mail.from.address, ...mail.attachments.map(({ name }) => name)]
  for (const line of oneLiners) expect(line).not.toMatch(/[\r\n\u2028\u2029]/)
  expect(mail.from.address).toMatch(/^[^\s@<>"]+@[^\s@<>"]+\.[^\s@<>"]+$/u)
}

/** Processor time, so that a busy machine does not count. */
function stopwatch() {
  const started = process.threadCpuUsage()
  return () => {
    const { user, system } = process.threadCpuUsage(started)
    return (user + system) / 1000
  }
}
