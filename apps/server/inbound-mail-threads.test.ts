/** Mail that belongs to mail before it, or came before: over HTTP, in all three tiers. */
import { modules } from '@rowhouse/helpdesk'
import { postgres18, server } from '@rowhouse/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Mailbox, mailbox } from './inbound-mail.fixture.ts'
import { startTestPlatform, type TestPlatform } from './test-platform.ts'

let running: TestPlatform
beforeAll(async () => {
  running = await startTestPlatform(await server(postgres18), modules)
})
afterAll(() => running?.stop())

const mail = (fields: Record<string, string>, body = 'Hello.') =>
  [
    ...Object.entries({ From: 'ann@nasty.example', ...fields }).map(([name, value]) => `${name}: ${value}`),
    '',
    body,
  ].join('\r\n')

describe.each(['shared', 'schema', 'database'] as const)('in the %s tier', (tier) => {
  const boxOf = (name: string): Mailbox =>
    mailbox(
      running,
      running.tenants.find(({ slug }) => slug === `${name}-${tier}`)!,
    )
  const opened = async (box: Mailbox, id: string) => {
    const { status, content } = await box.send(mail({ 'Message-ID': id, Subject: 'First' }))
    expect({ status, created: content.created }).toEqual({ status: 200, created: true })
    return content
  }
  const become = async (box: Mailbox, ticketId: string, status: string) =>
    expect((await box.call('PATCH', `tickets/${ticketId}`, { status })).status).toBe(200)
  const statuses = async (box: Mailbox, ticketId: string) => (await box.stored(ticketId)).map(({ status }) => status)

  test('50 copies at the same moment are one comment', async () => {
    const box = boxOf('alpha')
    const before = await box.counts()
    const copy = mail({ 'Message-ID': '<copies@nasty.example>', From: 'copies@nasty.example' })
    const answers = await Promise.all(Array.from({ length: 50 }, () => box.send(copy)))
    expect(answers.map(({ status }) => status)).toEqual(Array(50).fill(200))
    expect(new Set(answers.map(({ content }) => content.ticketId)).size).toBe(1)
    expect(answers.filter(({ content }) => content.created).length).toBe(1)
    expect(await box.counts()).toMatchObject({
      customers: before['customers']! + 1,
      tickets: before['tickets']! + 1,
      comments: before['comments']! + 1,
      numbers: before['numbers']! + 1,
    })
  })

  test('copies by different senders at the same moment: one is kept, the others are told or told to come again', async () => {
    const box = boxOf('alpha')
    const before = await box.counts()
    const copies = Array.from({ length: 20 }, (_, at) =>
      mail({ 'Message-ID': '<claimed@nasty.example>', From: `s${at}@nasty.example` }),
    )
    const answers = await Promise.all(copies.map((copy) => box.send(copy)))
    for (const { status, content } of answers)
      expect(`${status} ${content.code ?? ''}`).toMatch(/^200 $|^409 desk\.mail_conflict$/)
    const again = await Promise.all(copies.map((copy) => box.send(copy)))
    expect(again.map(({ status }) => status)).toEqual(Array(20).fill(200))
    expect(new Set(again.map(({ content }) => content.ticketId)).size).toBe(1)
    expect(await box.counts()).toMatchObject({
      customers: before['customers']! + 1,
      tickets: before['tickets']! + 1,
      numbers: before['numbers']! + 1,
    })
  })

  test('the same Message-ID in two tenants is two messages, and a reply finds its own', async () => {
    const [alpha, beta] = [boxOf('alpha'), boxOf('beta')]
    const inAlpha = await opened(alpha, '<everywhere@nasty.example>')
    const inBeta = await opened(beta, '<everywhere@nasty.example>')
    expect(inAlpha.ticketId).not.toBe(inBeta.ticketId)
    for (const [box, { ticketId }] of [
      [alpha, inAlpha],
      [beta, inBeta],
    ] as const) {
      const { content } = await box.send(mail({ 'In-Reply-To': '<everywhere@nasty.example>' }))
      expect(content).toMatchObject({ ticketId, created: false })
    }
  })

  test('another tenant’s Message-ID threads nothing, and is answered like one that does not exist', async () => {
    await opened(boxOf('alpha'), '<secret@nasty.example>')
    const beta = boxOf('beta')
    const known = await beta.send(
      mail({ 'In-Reply-To': '<secret@nasty.example>', References: '<secret@nasty.example>' }),
    )
    const unknown = await beta.send(
      mail({ 'In-Reply-To': '<nobody@nasty.example>', References: '<nobody@nasty.example>' }),
    )
    for (const { status, content } of [known, unknown])
      expect({ status, ...content }).toMatchObject({ status: 200, created: true })
    expect(Object.keys(known.content)).toEqual(Object.keys(unknown.content))
    expect(known.content.number).toBe(unknown.content.number - 1)
    const copy = await beta.send(mail({ 'Message-ID': '<secret@nasty.example>' }))
    expect(copy.content.created).toBe(true)
  })

  test('a reply opens a solved ticket again, an automatic one does not, and a closed one stays closed', async () => {
    const box = boxOf('alpha')
    const { ticketId } = await opened(box, '<status@nasty.example>')
    await become(box, ticketId, 'solved')
    await box.send(mail({ 'In-Reply-To': '<status@nasty.example>', 'Auto-Submitted': 'auto-replied' }))
    expect(await statuses(box, ticketId)).toEqual(['solved', 'solved'])
    await box.send(mail({ 'In-Reply-To': '<status@nasty.example>' }))
    expect(await statuses(box, ticketId)).toEqual(['open', 'open', 'open'])
    await become(box, ticketId, 'closed')
    const late = await box.send(mail({ 'Message-ID': '<late@nasty.example>', 'In-Reply-To': '<status@nasty.example>' }))
    expect(late.content.created).toBe(true)
    expect(await statuses(box, ticketId)).toEqual(['closed', 'closed', 'closed'])
    const copy = await box.send(mail({ 'Message-ID': '<status@nasty.example>' }))
    expect(copy.content).toMatchObject({ ticketId, created: false })
  })

  test('messages that answer each other, in the wrong order, stay on one ticket', async () => {
    const box = boxOf('alpha')
    const answers = (id: string, inReplyTo: string) =>
      box.send(mail({ 'Message-ID': `<${id}@n.example>`, 'In-Reply-To': `<${inReplyTo}@n.example>` }))
    const first = (await answers('loop-2', 'loop-1')).content
    expect(first.created).toBe(true)
    for (const [id, inReplyTo] of [
      ['loop-3', 'loop-2'],
      ['loop-4', 'loop-4'],
      ['loop-1', 'loop-3'],
    ] as const) {
      const { content } = await answers(id, inReplyTo)
      expect(content.created).toBe(id === 'loop-4')
      if (id !== 'loop-4') expect(content.ticketId).toBe(first.ticketId)
    }
  })

  test('In-Reply-To decides before References, and of 10,000 references the last known', async () => {
    const box = boxOf('alpha')
    const older = await opened(box, '<older@nasty.example>')
    const newer = await opened(box, '<newer@nasty.example>')
    const many = Array.from({ length: 10_000 }, (_, at) => `<ref-${at}@n.example>`).join('\r\n ')
    const referring = await box.send(
      mail({
        References: `<older@nasty.example> ${many}\r\n <older@nasty.example> <newer@nasty.example> <later@n.example>`,
      }),
    )
    expect(referring.content.ticketId).toBe(newer.ticketId)
    const replying = await box.send(
      mail({ 'In-Reply-To': '<older@nasty.example>', References: '<older@nasty.example> <newer@nasty.example>' }),
    )
    expect(replying.content.ticketId).toBe(older.ticketId)
  })

  test('a subject alone threads nothing', async () => {
    const box = boxOf('alpha')
    const { number } = await opened(box, '<subject@nasty.example>')
    const { content } = await box.send(mail({ Subject: `Re: [#${number}] First` }))
    expect(content.created).toBe(true)
  })
})
