/** What happens at a desk. */
import { z } from 'zod'
import { event } from './words.ts'

export const ticketOpened = event(
  'tickets.opened',
  1,
  z.object({
    id: z.uuid(),
    number: z.int(),
    customerId: z.uuid(),
    /** By a mail that a machine sent: an answer to it would go round in circles. */
    automatic: z.boolean(),
  }),
)

export const ticketSolved = event('tickets.solved', 1, z.object({ id: z.uuid(), number: z.int() }))
