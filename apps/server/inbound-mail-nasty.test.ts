/** Mail written to be hard, over HTTP: exactly what is kept of it in each tier, and nothing of what is refused. */
import { modules } from '@rowhouse/helpdesk'
import { nasty } from '@rowhouse/helpdesk/nasty'
import { postgres18, server } from '@rowhouse/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Mailbox, mailbox } from './inbound-mail.fixture.ts'
import { startTestPlatform, type TestPlatform } from './test-platform.ts'

const tiers = ['shared', 'schema', 'database'] as const
let running: TestPlatform
let boxes: readonly Mailbox[]
let others: readonly Mailbox[]

beforeAll(async () => {
  running = await startTestPlatform(await server(postgres18), modules)
  const boxesOf = (name: string) =>
    tiers.map((tier) =>
      mailbox(
        running,
        running.tenants.find(({ slug }) => slug === `${name}-${tier}`)!,
      ),
    )
  boxes = boxesOf('alpha')
  others = boxesOf('beta')
})
afterAll(() => running?.stop())

describe.each(Object.entries(nasty))('%s', (_, messages) => {
  test.each(messages)('$name', async ({ raw, kept, refused }) => {
    await Promise.all(
      boxes.map(async (box) => {
        const before = await box.counts()
        const { status, content } = await box.send(raw)
        if (refused) {
          expect({ status, ...content }).toMatchObject({ status: 422, ...refused })
          expect(await box.counts()).toEqual(before)
          return
        }
        expect({ status, ...content }).toMatchObject({ status: 200, created: true })
        const { from, subject, text, attachments, messageId } = kept!
        expect(await box.stored(content.ticketId)).toEqual([
          {
            subject,
            status: 'open',
            email: from.address,
            name: from.name || from.address,
            body: text,
            visibility: 'public',
            message: messageId,
            attachments,
          },
        ])
      }),
    )
  })
})

test('10 MB are read, more and nothing are refused', async () => {
  const [box] = boxes
  const head = 'From: Ann <ann@nasty.example>\r\nMessage-ID: <large@nasty.example>\r\n\r\n'
  const limitBytes = 10 * 2 ** 20
  expect((await box!.send(head + 'x'.repeat(limitBytes - head.length))).status).toBe(200)
  const before = await box!.counts()
  expect((await box!.send(head + 'x'.repeat(limitBytes))).status).toBe(413)
  expect((await box!.send('')).status).toBe(400)
  expect(await box!.counts()).toEqual(before)
})

test(
  '2,100 messages of chance: mail or a refusal, the same in each tier, nothing half stored',
  { timeout: 300_000 },
  async () => {
    let created = 0
    for (let seed = 0; seed < 700; seed++) {
      const raw = byChance(seed)
      const answers = await Promise.all(others.map((box) => box.send(raw)))
      const outcomes = answers.map(({ status, content }) =>
        status === 200 ? `ticket ${content.number}, created: ${content.created}` : `${status} ${content.code}`,
      )
      expect(new Set(outcomes).size, `seed ${seed}: ${outcomes.join()}`).toBe(1)
      expect(outcomes[0], `seed ${seed}`).toMatch(/^ticket|^422 desk\.mail_/)
      if (answers[0]!.content.created) created++
    }
    expect(created).toBeGreaterThan(100)
    for (const box of others) {
      expect(await box.counts()).toMatchObject({
        tickets: created,
        numbers: created,
        ticketsWithoutComment: 0,
        customersWithoutComment: 0,
      })
    }
    const [first, ...rest] = await Promise.all(others.map((box) => box.everything()))
    for (const other of rest) expect(other).toEqual(first)
  },
)

/** A nasty message with pieces of itself and of chance put in places of chance; the same for the same seed. */
function byChance(seed: number): Uint8Array {
  const random = generator(seed)
  const pick = (length: number) => Math.floor(random() * length)
  if (seed % 20 === 0) return Uint8Array.from({ length: 1 + pick(3_000) }, () => pick(256))
  const sources = small()
  let raw = Buffer.from(sources[pick(sources.length)]!)
  for (let edits = 1 + pick(12); edits > 0; edits--) {
    const at = pick(raw.length + 1)
    const from = pick(raw.length + 1)
    const piece =
      random() < 0.5 ? raw.subarray(from, from + pick(80)) : Uint8Array.from({ length: pick(8) }, () => pick(256))
    raw = Buffer.concat([raw.subarray(0, at), piece, raw.subarray(at + pick(40))])
  }
  return raw.length === 0 ? Buffer.from('x') : raw
}

const small = () =>
  Object.values(nasty)
    .flat()
    .map(({ raw }) => raw)
    .filter(({ length }) => length < 4_000)

/** Mulberry32. */
function generator(seed: number) {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
