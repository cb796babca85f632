import { z } from 'zod'
import { mailErrors } from '../mail/errors.ts'
import { parseMailAside } from '../mail/parse-aside.ts'
import type { ParsedMail } from '../mail/parse.ts'
import { insertComment, noteActivity } from './comments.ts'
import { findOrMakeCustomer } from './customers.ts'
import { ticketOpened } from './events.ts'
import { deskErrors } from './errors.ts'
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
  errors: [...Object.values(mailErrors), deskErrors.mailConflict],
  async handle({ input, db, tenant, now, emit }) {
    const mail = await parseMailAside(tenant.id, input)
    const before = await alreadyReceived(db, mail)
    if (before) return before

    const { address: email, name } = mail.from
    const customerId = await findOrMakeCustomer(db, { email, name }, now)
    // Mail of one customer takes turns from here: a copy of this message that came at the same moment is there by now.
    const meanwhile = await alreadyReceived(db, mail)
    // Of a copy by another sender the customer made above must not stay: it comes again, and finds the message above.
    if (meanwhile && meanwhile.customerId !== customerId) throw deskErrors.mailConflict()
    if (meanwhile) return meanwhile

    const thread = await threadOf(db, mail)
    if (thread && (await noteActivity(db, thread.ticketId, { reopen: !mail.automatic }, now))) {
      await insertMail(db, thread.ticketId, customerId, mail, now)
      return { ticketId: thread.ticketId, number: thread.number, customerId, created: false }
    }
    const { id: ticketId, number } = await insertTicket(db, { subject: mail.subject, customerId }, now)
    await insertMail(db, ticketId, customerId, mail, now)
    emit(ticketOpened, { id: ticketId, number, customerId, automatic: mail.automatic })
    return { ticketId, number, customerId, created: true }
  },
})

async function alreadyReceived(db: DeskDb, { messageId }: ParsedMail) {
  const [comment] = await commentsOf(db, messageId ? [messageId] : [])
  if (!comment) return undefined
  const { ticketId, number, customerId } = comment
  return { ticketId, number, customerId, created: false }
}

/** The ticket with the message that this one answers, or else with the latest of those before it. */
async function threadOf(db: DeskDb, { inReplyTo, references }: ParsedMail) {
  const ids = [...(inReplyTo ? [inReplyTo] : []), ...references.toReversed()]
  const comments = await commentsOf(db, ids)
  return ids.map((id) => comments.find(({ messageId }) => messageId === id)).find((comment) => comment !== undefined)
}

/** The comments that came in by these messages. Ids of another tenant's messages are ids that do not exist. */
async function commentsOf(db: DeskDb, messageIds: readonly string[]) {
  if (messageIds.length === 0) return []
  return db
    .selectFrom('comments')
    .innerJoin('tickets', 'tickets.id', 'comments.ticketId')
    .select(['comments.messageId', 'tickets.id as ticketId', 'tickets.number'])
    .select((eb) => eb.fn.coalesce('comments.customerId', 'tickets.customerId').as('customerId'))
    .where((eb) => eb('comments.messageId', '=', eb.fn.any(eb.val(messageIds))))
    .execute()
}

const insertMail = (
  db: DeskDb,
  ticketId: string,
  customerId: string,
  { text, messageId, attachments }: ParsedMail,
  now: string,
) =>
  insertComment(
    db,
    { ticketId, customerId, visibility: 'public', body: text, messageId: messageId ?? null, attachments },
    now,
  )
