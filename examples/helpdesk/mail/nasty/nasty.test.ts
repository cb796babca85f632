import { describe, expect, test } from 'vitest'
import { parseMail } from '../parse.ts'
import { nasty } from './nasty.ts'

const all = Object.values(nasty).flat()

test('there are at least 60, each different', () => {
  expect(all.length).toBeGreaterThanOrEqual(60)
  const bodies = all.map(({ raw }) => Buffer.from(raw).toString('base64'))
  expect(all.filter((_, at) => bodies.indexOf(bodies[at]!) !== at).map(({ name }) => name)).toEqual([])
})

describe.each(Object.entries(nasty))('%s', (_, messages) => {
  test.each(messages)('$name', async ({ raw, kept, refused }) => {
    if (refused) return expect(parseMail(raw)).rejects.toMatchObject(refused)
    const { from, subject, text, attachments, messageId = null, automatic } = await parseMail(raw)
    expect({
      from,
      subject,
      text,
      attachments: attachments.map(({ name, type, sizeBytes }) => [name, type, sizeBytes]),
      messageId,
      automatic,
    }).toEqual(kept)
  })
})
