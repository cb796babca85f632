import { cursorPage, newId, pageInput } from '@rowhouse/app'
import { sql } from 'kysely'
import { z } from 'zod'
import { deskErrors, refused } from './errors.ts'
import { prose, Time } from './fields.ts'
import { direction, following, orderBy, pageOf } from './order.ts'
import { command, query, readDesk, writeDesk, type DeskDb } from './words.ts'

const Attachment = z
  .strictObject({ name: z.string(), type: z.string(), sizeBytes: z.int() })
  .meta({ id: 'Attachment', description: 'What was attached to a mail. Its content is not kept.' })

export const Comment = z
  .strictObject({
    id: z.uuid(),
    ticketId: z.uuid(),
    customerId: z.uuid().nullable().meta({ description: 'The customer who wrote it.' }),
    memberId: z.uuid().nullable().meta({ description: 'The member who wrote it.' }),
    visibility: z.enum(['public', 'internal']),
    body: z.string(),
    attachments: z.array(Attachment),
    createdAt: Time,
  })
  .meta({
    id: 'Comment',
    description: 'What a customer, a member, or (when both are null) an integration said on a ticket.',
    examples: [
      {
        id: '019ab5a0-b77a-7c45-a3d8-1f60c2b98e52',
        ticketId: '019ab5a0-9e14-7b60-8c1f-5d2a7e904b18',
        customerId: '019ab5a0-7c3e-7d21-9a52-0b6f8e1c4d37',
        memberId: null,
        visibility: 'public',
        body: 'Our VAT number ends in 47, the invoice says 74.',
        attachments: [{ name: 'invoice-2026-118.pdf', type: 'application/pdf', sizeBytes: 48213 }],
        createdAt: '2026-11-24T09:30:00.123Z',
      },
    ],
  })

export const addComment = command({
  name: 'comments.add',
  http: 'POST /tickets/:ticketId/comments',
  summary: 'Comment on a ticket',
  description:
    'In the name of the member whose key it is, or of the customer named. Public, what a customer says opens a pending or ' +
    'solved ticket again. A closed ticket takes no comment.',
  permission: writeDesk,
  input: z
    .strictObject({
      ticketId: z.uuid(),
      body: prose(100_000).meta({ example: 'The corrected invoice is on its way.' }),
      visibility: z.enum(['public', 'internal']).default('public'),
      customerId: z.uuid().optional().meta({ description: 'The customer who said it, for example on the telephone.' }),
    })
    .refine(({ customerId, visibility }) => customerId === undefined || visibility === 'public', {
      path: ['visibility'],
      error: 'What a customer says is public',
    })
    .meta({
      examples: [
        {
          ticketId: '019ab5a0-9e14-7b60-8c1f-5d2a7e904b18',
          body: 'The corrected invoice is on its way.',
          visibility: 'public',
        },
      ],
    }),
  output: Comment,
  errors: [deskErrors.ticketNotFound, deskErrors.ticketClosed, deskErrors.unknownCustomer],
  async handle({ input, actor, db, now }) {
    const fromCustomer = input.customerId !== undefined
    if (!(await noteActivity(db, input.ticketId, { reopen: fromCustomer }, now))) {
      throw await whyUncommented(db, input.ticketId)
    }
    return insertComment(db, { ...input, memberId: fromCustomer ? null : actor.memberId }, now)
  },
})

export const listComments = query({
  name: 'comments.list',
  http: 'GET /tickets/:ticketId/comments',
  summary: 'List the comments on a ticket',
  description: 'The oldest first.',
  permission: readDesk,
  input: z.strictObject({ ...pageInput, ticketId: z.uuid() }),
  output: cursorPage(Comment),
  errors: [deskErrors.ticketNotFound],
  async handle({ input: { ticketId, limit, cursor }, db }) {
    const order = orderBy('createdAt', cursor)
    const rows = db
      .selectFrom('comments')
      .select(commentColumns)
      .select(attachmentsOfComment.as('attachments'))
      .where('ticketId', '=', ticketId)
      .orderBy(direction(order))
      .limit(limit + 1)
    const page = pageOf(await following(rows, order).execute(), limit, order)
    if (page.items.length === 0 && !(await statusOf(db, ticketId))) throw deskErrors.ticketNotFound()
    return page
  },
})

export interface NewComment {
  readonly ticketId: string
  readonly visibility: 'public' | 'internal'
  readonly body: string
  readonly customerId?: string | null | undefined
  readonly memberId?: string | null
  readonly messageId?: string | null
  readonly attachments?: readonly z.output<typeof Attachment>[]
}

export async function insertComment(
  db: DeskDb,
  { attachments = [], ...comment }: NewComment,
  now: string,
): Promise<z.output<typeof Comment>> {
  const row = await db
    .insertInto('comments')
    .values({ id: newId(), ...comment, createdAt: now })
    .returning(commentColumns)
    .executeTakeFirstOrThrow()
    .catch(refused)
  if (attachments.length > 0) {
    const numbered = attachments.map((attachment, at) => ({ commentId: row.id, position: at + 1, ...attachment }))
    await db.insertInto('attachments').values(numbered).execute()
  }
  return { ...row, attachments: [...attachments] }
}

/**
 * Marks a ticket as changed by a comment, and opens it again when a customer speaks. Until the transaction ends, its status
 * stays as it is.
 *
 * @returns false when the ticket is closed, or not there.
 */
export async function noteActivity(
  db: DeskDb,
  ticketId: string,
  { reopen }: { readonly reopen: boolean },
  now: string,
): Promise<boolean> {
  const ticket = await db
    .updateTable('tickets')
    .set({ status: reopen ? 'open' : undefined, updatedAt: now })
    .where('id', '=', ticketId)
    .where('status', '<>', 'closed')
    .returning('id')
    .executeTakeFirst()
  return ticket !== undefined
}

const commentColumns = [
  'id',
  'ticketId',
  'customerId',
  'memberId',
  'visibility',
  'body',
  'createdAt',
] as const satisfies readonly (keyof typeof Comment.shape)[]

const attachmentsOfComment = sql<z.output<typeof Attachment>[]>`(
  select coalesce(json_agg(json_build_object('name', name, 'type', type, 'sizeBytes', size_bytes) order by position), '[]')
  from attachments
  where attachments.comment_id = comments.id
)`

const whyUncommented = async (db: DeskDb, ticketId: string) =>
  (await statusOf(db, ticketId)) ? deskErrors.ticketClosed() : deskErrors.ticketNotFound()

async function statusOf(db: DeskDb, ticketId: string) {
  const ticket = await db.selectFrom('tickets').select('status').where('id', '=', ticketId).executeTakeFirst()
  return ticket?.status
}
