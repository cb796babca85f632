import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { parseMailAside } from './parse-aside.ts'

const head = 'From: Ann <ann@example.com>\r\nSubject: Long\r\n'

test('a large message does not hold up the others', async () => {
  const large = Buffer.from(
    `${head}Content-Type: text/plain; format=flowed\r\n\r\n${`${'flowed text '.repeat(6)}\r\n`.repeat(60_000)}`,
  )
  let longestStallMs = 0
  let at = performance.now()
  const timer = setInterval(() => {
    longestStallMs = Math.max(longestStallMs, performance.now() - at)
    at = performance.now()
  }, 5)
  const mail = await parseMailAside(large)
  clearInterval(timer)
  expect(mail.from.address).toBe('ann@example.com')
  expect(longestStallMs).toBeLessThan(1_000)
})

test('a large message that is none is refused in the same words', async () => {
  await expect(parseMailAside(Buffer.alloc(100_000, 'x'))).rejects.toMatchObject({
    code: 'helpdesk.mail_unreadable',
    status: 422,
  })
})

test('a small message is read at once', async () => {
  const raw = readFileSync(new URL('./messages/gmail-web.eml', import.meta.url))
  expect(await parseMailAside(raw)).toMatchObject({ from: { address: 'priya.raman@example.com' } })
})
