import { defineErrors } from '@rowhouse/kernel'

export const mailOutErrors = defineErrors('mail_out', {
  notConfigured: {
    status: 503,
    title: 'No mail',
    detail: 'No mail can be sent from here.',
    operator: 'MAIL_URL is `none:`: give it the way out of your mail, or `mailbox:` on a machine for development.',
  },
  lineBreak: {
    status: 500,
    title: 'Internal error',
    detail: 'The request could not be served.',
    operator:
      'A letter’s recipient or subject held a line break, with which headers can be forged. Nothing was sent: names must be a single line where they come in.',
  },
})
