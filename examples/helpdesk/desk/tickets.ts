import { newId } from '@rowhouse/app'
import { z } from 'zod'
import { insertComment } from './comments.ts'
import { findOrMakeCustomer } from './customers.ts'
import { deskErrors, refused } from './errors.ts'
import { ticketOpened, ticketSolved } from './events.ts'
import { columns, Email, line, prose, Tags, Time } from './fields.ts'
import { statuses, statusesBefore, type Status } from './status.ts'
import { command, query, readDesk, writeDesk, type DeskDb } from './words.ts'

export const TicketStatus = z.enum(statuses).meta({ id: 'TicketStatus' })
export const Priority = z.enum(['low', 'normal', 'high', 'urgent']).meta({ id: 'Priority' })

export const Ticket = z
  .strictObject({
    id: z.uuid(),
    number: z.int32().meta({ description: 'What people call it: counts up within the tenant.' }),
    subject: z.string(),
    status: TicketStatus,
    priority: Priority,
    customerId: z.uuid(),
    assigneeId: z.uuid().nullable().meta({ description: 'The member who takes care of it.' }),
    tags: z.array(z.string()),
    createdAt: Time,
    updatedAt: Time,
  })
  .meta({
    id: 'Ticket',
    description: 'One matter of one customer.',
    examples: [
      {
        id: '019ab5a0-9e14-7b60-8c1f-5d2a7e904b18',
        number: 1042,
        subject: 'Invoice shows the wrong VAT number',
        status: 'open',
        priority: 'high',
        customerId: '019ab5a0-7c3e-7d21-9a52-0b6f8e1c4d37',
        assigneeId: null,
        tags: ['invoice'],
        createdAt: '2026-11-24T09:30:00.123Z',
        updatedAt: '2026-11-24T09:30:00.123Z',
      },
    ],
  })

const Subject = line(500).meta({ example: 'Invoice shows the wrong VAT number' })

/** Not a union of two shapes: what is wrong in one would be told of the whole, not of the field. */
const WhichCustomer = z
  .strictObject({ id: z.uuid().optional(), email: Email.optional(), name: line(200).optional() })
  .refine(({ id, email }) => (id === undefined) !== (email === undefined), 'Give either id or email')
  .meta({
    description:
      'By `id`, or by `email`: a customer with that address is found or made. `name` is for a new one, who is called by the ' +
      'address without it.',
    examples: [{ email: 'ines.moreau@example.com', name: 'Inès Moreau' }],
  })

export const openTicket = command({
  name: 'tickets.open',
  http: 'POST /tickets',
  summary: 'Open a ticket for a customer',
  permission: writeDesk,
  input: z
    .strictObject({
      subject: Subject,
      body: prose(100_000).meta({
        description: "The customer's first comment.",
        example: 'Our VAT number ends in 47, the invoice says 74.',
      }),
      customer: WhichCustomer,
      priority: Priority.optional(),
      assigneeId: z.uuid().optional(),
      tags: Tags.optional(),
    })
    .meta({
      examples: [
        {
          subject: 'Invoice shows the wrong VAT number',
          body: 'Our VAT number ends in 47, the invoice says 74.',
          customer: { email: 'ines.moreau@example.com', name: 'Inès Moreau' },
          priority: 'high',
          tags: ['invoice'],
        },
      ],
    }),
  output: Ticket,
  etag: true,
  errors: [deskErrors.unknownCustomer, deskErrors.unknownAssignee],
  async handle({ input: { customer, body, ...fields }, db, now, emit }) {
    const { id, email = '', name } = customer
    const customerId = id ?? (await findOrMakeCustomer(db, { email, name }, now))
    const ticket = await insertTicket(db, { ...fields, customerId }, now)
    await insertComment(db, { ticketId: ticket.id, customerId, visibility: 'public', body }, now)
    emit(ticketOpened, { id: ticket.id, number: ticket.number, customerId, automatic: false })
    return ticket
  },
})

export const showTicket = query({
  name: 'tickets.show',
  http: 'GET /tickets/:id',
  summary: 'Show a ticket',
  permission: readDesk,
  input: z.strictObject({ id: z.uuid() }),
  output: Ticket,
  errors: [deskErrors.ticketNotFound],
  handle: ({ input, db }) => theTicket(db, input.id).executeTakeFirstOrThrow(() => deskErrors.ticketNotFound()),
})

export const updateTicket = command({
  name: 'tickets.update',
  http: 'PATCH /tickets/:id',
  summary: 'Change a ticket',
  description: 'Only the fields that are sent change; `tags` are replaced as a whole. A closed ticket stays as it is.',
  permission: writeDesk,
  input: z
    .strictObject({
      id: z.uuid(),
      subject: Subject.optional(),
      status: TicketStatus.optional(),
      priority: Priority.optional(),
      assigneeId: z.uuid().nullable().optional(),
      tags: Tags.optional(),
    })
    .meta({ examples: [{ id: '019ab5a0-9e14-7b60-8c1f-5d2a7e904b18', status: 'solved' }] }),
  output: Ticket,
  errors: [deskErrors.ticketNotFound, deskErrors.ticketClosed, deskErrors.statusConflict, deskErrors.unknownAssignee],
  current: ({ input, db }) => theTicket(db, input.id).forNoKeyUpdate().executeTakeFirst(),
  async handle({ input: { id, ...changes }, db, now, emit }) {
    const before = changes.status === 'solved' ? await theTicket(db, id).forNoKeyUpdate().executeTakeFirst() : undefined
    const ticket = await db
      .updateTable('tickets')
      .set({ ...changes, updatedAt: now })
      .where('id', '=', id)
      .where((eb) => eb('status', '=', eb.fn.any(eb.val(statusesBefore(changes.status)))))
      .returning(columns(Ticket))
      .executeTakeFirst()
      .catch(refused)
    if (!ticket) throw await whyUnchanged(db, id, changes.status)
    if (before && before.status !== 'solved') emit(ticketSolved, { id, number: ticket.number })
    return ticket
  },
})

const theTicket = (db: DeskDb, id: string) => db.selectFrom('tickets').select(columns(Ticket)).where('id', '=', id)

/** Gives the ticket the next number of its tenant. Openings take turns from here to the end of their transactions. */
export async function insertTicket(
  db: DeskDb,
  ticket: {
    readonly subject: string
    readonly customerId: string
    readonly priority?: z.output<typeof Priority> | undefined
    readonly assigneeId?: string | undefined
    readonly tags?: string[] | undefined
  },
  now: string,
): Promise<z.output<typeof Ticket>> {
  const { lastNumber } = await db
    .insertInto('ticketCounters')
    .values({ lastNumber: 1, updatedAt: now })
    .onConflict((conflict) =>
      conflict
        .constraint('ticket_counters_pkey')
        .doUpdateSet((eb) => ({ lastNumber: eb('ticketCounters.lastNumber', '+', 1), updatedAt: now })),
    )
    .returning('lastNumber')
    .executeTakeFirstOrThrow()
  return db
    .insertInto('tickets')
    .values({ id: newId(), number: lastNumber, ...ticket, createdAt: now, updatedAt: now })
    .returning(columns(Ticket))
    .executeTakeFirstOrThrow()
    .catch(refused)
}

async function whyUnchanged(db: DeskDb, id: string, next: Status | undefined): Promise<Error> {
  const ticket = await db.selectFrom('tickets').select('status').where('id', '=', id).executeTakeFirst()
  if (!ticket) return deskErrors.ticketNotFound()
  if (ticket.status === 'closed') return deskErrors.ticketClosed()
  return deskErrors.statusConflict({ detail: `A ticket that is ${ticket.status} cannot become ${next}.` })
}
