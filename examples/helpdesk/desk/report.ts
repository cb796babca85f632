import { sql } from 'kysely'
import { z } from 'zod'
import { statuses } from './status.ts'
import { query, readDesk } from './words.ts'

const Day = z.iso.date().meta({ description: 'Of the calendar, in UTC.', example: '2026-11-24' })

const dayMs = 24 * 60 * 60 * 1000
const maxDays = 366

const Counts = z
  .strictObject({ open: z.int(), pending: z.int(), solved: z.int(), closed: z.int() })
  .meta({ description: 'By the status that they have now.' })

const TicketReport = z
  .strictObject({
    from: Day,
    to: Day,
    tickets: Counts,
    days: z
      .array(z.strictObject({ day: Day, ...Counts.shape }))
      .meta({ description: 'Of the tickets opened on each; days without any are left out.' }),
  })
  .meta({
    id: 'TicketReport',
    description: 'How many tickets were opened, and what has become of them.',
    examples: [
      {
        from: '2026-11-23',
        to: '2026-11-24',
        tickets: { open: 3, pending: 1, solved: 5, closed: 12 },
        days: [
          { day: '2026-11-23', open: 1, pending: 0, solved: 3, closed: 12 },
          { day: '2026-11-24', open: 2, pending: 1, solved: 2, closed: 0 },
        ],
      },
    ],
  })

export const reportTickets = query({
  name: 'reports.tickets',
  http: 'GET /reports/tickets',
  summary: 'Count tickets by day and status',
  description:
    `Of the tickets opened from one day to another, at most ${maxDays} days. It may leave out what has been done in the ` +
    'last seconds, but nothing that you have done or seen yourself.',
  permission: readDesk,
  // It reads much and decides nothing: a replica is the place for it.
  reads: 'eventual',
  input: z
    .strictObject({ from: Day, to: Day })
    .refine(({ from, to }) => from <= to, { path: ['to'], error: 'Must not be before `from`' })
    .refine(({ from, to }) => Date.parse(to) - Date.parse(from) < maxDays * dayMs, {
      path: ['to'],
      error: `Must be less than ${maxDays} days after \`from\``,
    })
    .meta({ examples: [{ from: '2026-11-23', to: '2026-11-24' }] }),
  output: TicketReport,
  async handle({ input: { from, to }, db }) {
    const counts = await db
      .selectFrom('tickets')
      .select([
        sql<string>`to_char(created_at, 'YYYY-MM-DD')`.as('day'),
        'status',
        sql<number>`count(*)::int`.as('count'),
      ])
      .where('createdAt', '>=', new Date(from).toISOString())
      .where('createdAt', '<', new Date(Date.parse(to) + dayMs).toISOString())
      .groupBy(['day', 'status'])
      .orderBy('day')
      .execute()
    const byDay = Map.groupBy(counts, ({ day }) => day)
    return { from, to, tickets: sum(counts), days: [...byDay].map(([day, ofDay]) => ({ day, ...sum(ofDay) })) }
  },
})

function sum(counts: readonly { readonly status: keyof z.output<typeof Counts>; readonly count: number }[]) {
  const total = Object.fromEntries(statuses.map((status) => [status, 0])) as z.output<typeof Counts>
  for (const { status, count } of counts) total[status] += count
  return total
}
