/** Fills a desk with demo data through the module's own commands, as if its people had done it over the last days. */
import type { TenantOperation } from '@rowhouse/app'
import { addComment } from '../desk/comments.ts'
import { createCustomer } from '../desk/customers.ts'
import { openTicket, updateTicket } from '../desk/tickets.ts'
import type { DeskDb } from '../desk/words.ts'
import type { DemoDesk, DemoTicket } from './desk.ts'

export interface SeedOptions {
  readonly tenantId: string
  readonly desk: DemoDesk
  /** Ids of the members, by address. */
  readonly memberIds: ReadonlyMap<string, string>
  /** RFC 3339: tickets are spread over the two weeks before. */
  readonly now: string
}

/** All in the transaction of `db`: a desk is filled as a whole or not at all. */
export async function seedDesk(db: DeskDb, { tenantId, desk, memberIds, now }: SeedOptions): Promise<void> {
  const as = (memberId: string | null, at: string) => ({
    db,
    tenant: { id: tenantId },
    actor: { kind: 'api-key', id: 'demo', memberId } as const,
    now: at,
    // A desk that has been at work for two weeks: nobody is to be answered now.
    emit: () => {},
  })
  const clock = demoClock(now, desk.tickets.length)

  const customerIds = new Map<string, string>()
  for (const { name, email } of desk.customers) {
    const customer = await run<{ id: string }>(createCustomer, { ...as(null, clock.at(0, 0)), input: { name, email } })
    customerIds.set(email, customer.id)
  }
  for (const [index, ticket] of desk.tickets.entries()) await seedTicket(index, ticket)

  async function seedTicket(index: number, { subject, customer, comments, ...fields }: DemoTicket): Promise<void> {
    const [first, ...answers] = comments
    const { id } = await run<{ id: string }>(openTicket, {
      ...as(null, clock.at(index, 0)),
      input: {
        subject,
        body: first!.body,
        customer: { id: customerIds.get(customer)! },
        priority: fields.priority,
        tags: [...fields.tags],
        ...(fields.assignee === undefined ? {} : { assigneeId: memberIds.get(fields.assignee)! }),
      },
    })
    for (const [step, { author, public: isPublic, body }] of answers.entries()) {
      const customerId = customerIds.get(author)
      await run(addComment, {
        ...as(memberIds.get(author) ?? null, clock.at(index, step + 1)),
        input: {
          ticketId: id,
          body,
          visibility: isPublic ? 'public' : 'internal',
          ...(customerId ? { customerId } : {}),
        },
      })
    }
    if (fields.status !== 'open') {
      await run(updateTicket, { ...as(null, clock.at(index, comments.length)), input: { id, status: fields.status } })
    }
  }
}

/** Tickets a day or so apart, the steps of one about half an hour apart. */
function demoClock(now: string, tickets: number) {
  const end = Date.parse(now)
  const apartMs = (14 * 86_400_000) / (tickets + 1)
  return {
    at: (ticket: number, step: number) =>
      new Date(end - (tickets - ticket) * apartMs + step * 1_900_000 + ticket * 67_000).toISOString(),
  }
}

/** Input is checked as a caller's would be: demo data that the API refuses is a mistake here. */
const run = async <Result>(
  { definition }: TenantOperation,
  { input, ...context }: { readonly input: unknown },
): Promise<Result> => (await definition.handle({ ...context, input: definition.input.parse(input) } as never)) as Result
