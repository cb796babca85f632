import { defineErrors } from '@rowhouse/app'

export const deskErrors = defineErrors('desk', {
  ticketNotFound: {
    status: 404,
    title: 'Not found',
    detail: 'There is no such ticket.',
    operator: 'No ticket of this tenant has that id.',
  },
  customerNotFound: {
    status: 404,
    title: 'Not found',
    detail: 'There is no such customer.',
    operator: 'No customer of this tenant has that id.',
  },
  unknownCustomer: {
    status: 400,
    title: 'Unknown customer',
    detail: 'The request names a customer who does not exist.',
    operator: 'A foreign key refused it: no customer of this tenant has that id.',
  },
  unknownAssignee: {
    status: 400,
    title: 'Unknown assignee',
    detail: 'The request names an assignee who is no member here.',
    operator: 'A foreign key refused it: no member of this tenant has that id.',
  },
  emailTaken: {
    status: 409,
    title: 'E-mail address taken',
    detail: 'Another customer has this e-mail address. Upper and lower case make no difference.',
    operator: 'Addresses are unique among the customers of a tenant.',
  },
  ticketClosed: {
    status: 409,
    title: 'Ticket closed',
    detail: 'The ticket is closed and stays as it is. Open a new one.',
    operator: 'Closed is the last status of a ticket.',
  },
  statusConflict: {
    status: 409,
    title: 'Status conflict',
    detail: 'The ticket cannot go from its present status to this one.',
    operator: 'See status.ts of the desk for the steps that there are.',
  },
  mailConflict: {
    status: 409,
    title: 'Mail message conflict',
    detail: 'Another message with this Message-ID has just come in. Send it again to get its ticket.',
    operator: 'Two messages of different senders claimed one Message-ID at the same moment.',
    retryAfterS: 1,
  },
})

/** What the constraints of the tables mean to a caller. */
const refusals: Record<string, () => Error> = {
  customers_email: () =>
    deskErrors.emailTaken({ errors: [{ pointer: '/email', detail: 'Taken by another customer' }] }),
  tickets_customer: () =>
    deskErrors.unknownCustomer({ errors: [{ pointer: '/customer/id', detail: 'There is no such customer' }] }),
  comments_customer: () =>
    deskErrors.unknownCustomer({ errors: [{ pointer: '/customerId', detail: 'There is no such customer' }] }),
  tickets_assignee: () =>
    deskErrors.unknownAssignee({ errors: [{ pointer: '/assigneeId', detail: 'There is no such member' }] }),
  comments_message: () => deskErrors.mailConflict(),
}

/**
 * Rethrows what PostgreSQL refused in the catalogue's words: `.execute().catch(refused)`. A constraint decides once and for
 * all where a look beforehand could be overtaken.
 */
export function refused(error: unknown): never {
  const { constraint } = error as { readonly constraint?: string }
  throw refusals[constraint ?? '']?.() ?? error
}
