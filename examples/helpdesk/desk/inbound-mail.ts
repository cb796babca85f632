import { z } from 'zod'
import { parseMailAside } from '../mail/parse-aside.ts'
import { mailErrors, type ParsedMail } from '../mail/parse.ts'
import { insertComment, noteActivity } from './comments.ts'
import { findOrMakeCustomer } from './customers.ts'
import { deskErrors } from './errors.ts'
import { Email } from './fields.ts'
import { insertTicket } from './tickets.ts'
import { command, receiveMail, type DeskDb } from './words.ts'

const ReceivedMail = z
  .strictObject({
    ticketId: z.uuid(),
    number: z.int32(),
    customerId: z.uuid(),
    created: z.boolean().meta({ description: 'Whether the ticket is new.' }),
  })
  .meta({
    id: 'ReceivedMail',
    description: 'Where the message was put.',
    examples: [
      {
        ticketId: '019ab5a0-9e14-7b60-8c1f-5d2a7e904b18',
        number: 1042,
        customerId: '019ab5a0-7c3e-7d21-9a52-0b6f8e1c4d37',
        created: true,
      },
    ],
  })

export const receiveInboundMail = command({
  name: 'inbound-mail.receive',
  http: 'POST /inbound-mail',
  summary: 'Receive a mail from a customer',
  description:
    'Takes a raw message (RFC 5322). A reply (In-Reply-To, References) becomes a comment on its ticket; anything else, and a ' +
    'reply to a closed ticket, opens a new one. A message that was received before is not stored again: it gives its ticket.',
  permission: receiveMail,
  accepts: 'message/rfc822',
  status: 200,
  input: z.instanceof(Uint8Array).meta({
    examples: [
      'From: Ines Moreau <ines.moreau@example.com>\r\nSubject: Wrong VAT number\r\nMessage-ID: <1@example.com>\r\n\r\nIt ends in 47.',
    ],
  }),
  output: ReceivedMail,
  errors: [...Object.values(mailErrors), deskErrors.unusableSender, deskErrors.messageConflict],
  async handle({ input, db, now }) {
    const mail = await parseMailAside(input)
    const sender = Email.safeParse(mail.from.address)
    if (!sender.success) throw deskErrors.unusableSender()
    // From here on, mail of one customer takes turns: a second copy of this message finds the first.
    const customerId = await findOrMakeCustomer(db, { email: sender.data, name: mail.from.name }, now)

    const known = await ticketsOf(db, mail)
    const received = known.find(({ messageId }) => messageId === mail.messageId)
    if (received) return { ...received.ticket, customerId: received.customerId ?? customerId, created: false }

    for (const id of [mail.inReplyTo, ...mail.references.toReversed()]) {
      const thread = known.find(({ messageId }) => messageId === id)
      if (!thread) continue
      if (!(await noteActivity(db, thread.ticket.ticketId, { reopen: !mail.automatic }, now))) break
      await insertMail(db, thread.ticket.ticketId, customerId, mail, now)
      return { ...thread.ticket, customerId, created: false }
    }

    const { id: ticketId, number } = await insertTicket(db, { subject: mail.subject, customerId }, now)
    await insertMail(db, ticketId, customerId, mail, now)
    return { ticketId, number, customerId, created: true }
  },
})

/** The tickets on which this message, or one that it answers, is a comment already. */
async function ticketsOf(db: DeskDb, { messageId, inReplyTo, references }: ParsedMail) {
  const ids = [messageId, inReplyTo, ...references].filter((id) => id !== undefined)
  if (ids.length === 0) return []
  const rows = await db
    .selectFrom('comments')
    .innerJoin('tickets', 'tickets.id', 'comments.ticketId')
    .select(['comments.messageId', 'comments.customerId', 'tickets.id as ticketId', 'tickets.number'])
    .where((eb) => eb('comments.messageId', '=', eb.fn.any(eb.val(ids))))
    .execute()
  return rows.map(({ messageId, customerId, ...ticket }) => ({ messageId, customerId, ticket }))
}

const insertMail = (db: DeskDb, ticketId: string, customerId: string, mail: ParsedMail, now: string) =>
  insertComment(
    db,
    {
      ticketId,
      customerId,
      visibility: 'public',
      body: mail.text,
      messageId: mail.messageId && Buffer.byteLength(mail.messageId) <= 2000 ? mail.messageId : null,
      attachments: mail.attachments,
    },
    now,
  )
