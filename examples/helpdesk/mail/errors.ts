import { defineErrors } from '@rowhouse/app'

/** They are the desk's: who posts a mail sees one module. */
export const mailErrors = defineErrors('desk', {
  mailUnreadable: {
    status: 422,
    title: 'Not a mail message',
    detail: 'The body is not a mail message: it has no header fields. Send the raw message, headers first (RFC 5322).',
    operator:
      'Inbound mail without a header. Check that the mail server posts the raw message and not a form or a page.',
  },
  mailTooComplex: {
    status: 422,
    title: 'Mail message too complex',
    detail: 'The message is built in a way that takes too long to read. `errors` says what there is too much of.',
    operator: 'Inbound mail beyond the limits of mail/limits.ts. Seldom an honest message.',
  },
  mailSenderMissing: {
    status: 422,
    title: 'Mail message without a sender',
    detail:
      'The message has no usable sender: none of From, Sender and Reply-To holds an address like name@example.com.',
    operator: 'Inbound mail that cannot be given to a customer. It was not stored.',
  },
  mailBusy: {
    status: 503,
    title: 'Too much mail at once',
    detail: 'More large messages are waiting to be read than there is room for. Send this one again later.',
    operator: 'The bounds of mail/parse-aside.ts. When it is not one tenant alone, run more nodes.',
    retryAfterS: 5,
  },
})
