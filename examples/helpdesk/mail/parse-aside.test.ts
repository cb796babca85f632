import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { parseMailAside } from './parse-aside.ts'

const head = 'From: Ann <ann@example.com>\r\nSubject: Long\r\n'
const parts = (count: number, part: string) =>
  `${head}Content-Type: multipart/mixed; boundary=b\r\n\r\n${`--b\r\n${part}\r\n`.repeat(count)}--b--`
const base64 = 'Content-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n\r\n'

const heavy = {
  '10 MB of text': `${head}\r\n${`${'text '.repeat(14)}\r\n`.repeat(138_000)}`,
  '10 MB of flowed text': `${head}Content-Type: text/plain; format=flowed\r\n\r\n${`${'text '.repeat(14)}\r\n`.repeat(138_000)}`,
  '10 MB of HTML beside text': parts(
    2,
    `Content-Type: text/html\r\n\r\n${`${'<p>a</p>'.repeat(9)}\r\n`.repeat(68_000)}`,
  ),
  '10 MB in one line': `${head}\r\n${'x'.repeat(10_000_000)}`,
  '10 MB of one attachment': parts(1, base64 + `${'QUJD'.repeat(19)}\r\n`.repeat(130_000)),
  '1,000 parts of 10 KB': parts(1_000, base64 + `${'QUJD'.repeat(19)}\r\n`.repeat(125)),
  '1,000 small parts': parts(1_000, base64 + 'QUJD'),
  '64 KB of empty lines': head + '\n'.repeat(64_000),
  '250 KB of addresses': `${head}To: ${'a:'.repeat(120_000)}\r\n\r\n`,
} as const

test.each(Object.entries(heavy))('%s are read and hold nobody up', async (_, text) => {
  const raw = Buffer.from(text)
  const { longestMs, mail } = await watched(() => parseMailAside('acme', raw))
  expect(mail.from.address).toBe('ann@example.com')
  expect(longestMs).toBeLessThan(50)
})

test.each([
  ['quotes', `From: ${'"'.repeat(15_000)}\r\nSender: ann@example.com\r\n\r\n`],
  ['groups', `${head}To: ${'a:'.repeat(8_000)}\r\n\r\n`],
  ['lines', `${head}\r\n${'x\r\n'.repeat(1_900)}`],
  ['parts', parts(150, 'Content-Transfer-Encoding: quoted-printable\r\n\r\nx')],
  ['broken base64', `${head}Content-Transfer-Encoding: base64\r\n\r\n${'A='.repeat(7_900)}`],
  ['markup', `${head}Content-Type: text/html\r\n\r\n${'<a href=x>'.repeat(6_000)}`],
])('a small message full of %s is read at once and holds nobody up', async (_, text) => {
  const { longestMs } = await watched(() => parseMailAside('acme', Buffer.from(text)))
  expect(longestMs).toBeLessThan(50)
})

test('what is too much is refused in the same words', async () => {
  await expect(parseMailAside('acme', Buffer.alloc(100_000, 'x'))).rejects.toMatchObject({
    code: 'desk.mail_unreadable',
    status: 422,
    errors: [{ pointer: '', detail: 'It has no header field' }],
  })
  const unitsOfBase64 = `${head}Content-Transfer-Encoding: base64\r\n\r\n${'A='.repeat(5_000_000)}`
  await expect(parseMailAside('acme', Buffer.from(unitsOfBase64))).rejects.toMatchObject({
    code: 'desk.mail_too_complex',
    errors: [{ pointer: '', detail: expect.stringContaining('equals signs beside base64') }],
  })
})

test('one tenant’s large messages do not hold up another’s, and too many of them are refused', async () => {
  const large = Buffer.from(heavy['10 MB of one attachment'])
  const small = Buffer.from(heavy['1,000 small parts'])
  // Both threads have started before it counts.
  await Promise.all([parseMailAside('acme', small), parseMailAside('globex', small)])
  const read: string[] = []
  async function send(tenant: string, raw: Uint8Array) {
    await parseMailAside(tenant, raw)
    read.push(tenant)
  }
  const busy = Promise.allSettled(Array.from({ length: 6 }, () => send('acme', large)))
  await send('globex', small)
  expect(read.length).toBeLessThan(4)
  const refused = (await busy).filter(({ status }) => status === 'rejected')
  const busyAnswer = { status: 'rejected', reason: expect.objectContaining({ code: 'desk.mail_busy', status: 503 }) }
  expect(refused).toEqual([busyAnswer, busyAnswer])
})

/** The longest time that this thread computed without a pause, in processor time: a busy machine does not count. */
async function watched<T>(work: () => Promise<T>) {
  let longestMs = 0
  let spentMs = stopwatch()
  const timer = setInterval(() => {
    longestMs = Math.max(longestMs, spentMs())
    spentMs = stopwatch()
  }, 1)
  await sleep(5)
  longestMs = 0
  const mail = await work()
  await sleep(5)
  clearInterval(timer)
  return { longestMs, mail }
}

function stopwatch() {
  const started = process.threadCpuUsage()
  return () => {
    const { user, system } = process.threadCpuUsage(started)
    return (user + system) / 1000
  }
}
