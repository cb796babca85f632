/**
 * The desk: customers, their tickets and the comments on them, by API and by mail. One module, because these tables refer
 * to each other.
 *
 * - **customer**: somebody who asks for help; known by an e-mail address, which is unique within the tenant.
 * - **member**: somebody of the tenant who answers. The platform's table.
 * - **ticket**: one matter of one customer. People call it by its number, which counts up within the tenant.
 * - **comment**: what was said on a ticket: public, or internal among members.
 */
import { sqlMigrations } from '@rowhouse/app'

export const migrations = sqlMigrations(import.meta.url, './migrations')

export { readDesk, receiveMail, writeDesk } from './words.ts'
export { deskErrors } from './errors.ts'
export { createCustomer, showCustomer, updateCustomer } from './customers.ts'
export { listCustomers } from './customer-list.ts'
export { openTicket, showTicket, updateTicket } from './tickets.ts'
export { listTickets } from './ticket-list.ts'
export { addComment, listComments } from './comments.ts'
export { reportTickets } from './report.ts'
export { ticketOpened, ticketSolved } from './events.ts'
export { autoReply } from './auto-reply.ts'
export { receiveInboundMail } from './inbound-mail.ts'
