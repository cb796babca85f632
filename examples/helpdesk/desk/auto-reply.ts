import { insertComment, noteActivity } from './comments.ts'
import { ticketOpened } from './events.ts'
import { subscriber } from './words.ts'

/** Tells the customer at once that the message has come in. */
export const autoReply = subscriber(ticketOpened, 'auto-reply', async ({ event, db, now }) => {
  const { id: ticketId, number, automatic } = event.payload
  if (automatic) return
  // Closed meanwhile: it takes no more comments.
  if (!(await noteActivity(db, ticketId, { reopen: false }, now))) return
  const body = `We have your message and will answer as soon as we can. It is ticket ${number}.`
  await insertComment(db, { ticketId, visibility: 'public', body }, now)
})
