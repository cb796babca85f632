import { defineErrors } from '@rowhouse/kernel'

const internal = { status: 500, title: 'Internal error', detail: 'The request could not be served.' } as const

export const eventErrors = defineErrors('events', {
  invalidEvent: {
    ...internal,
    operator:
      'A handler emitted an event that its own schema refuses: mend the handler. Nothing of its transaction was kept.',
  },
  unknownVersion: {
    ...internal,
    operator:
      'No subscriber here understands this version of the event. A newer node may: it is tried again, then its key is parked.',
  },
  unreadablePayload: {
    ...internal,
    operator:
      'The event’s payload does not fit its schema any more. Make the schema accept it, then `rowhouse events retry`.',
  },
  handlerTimedOut: {
    ...internal,
    operator: 'A subscriber took too long and was rolled back. What does it wait for?',
  },
})
