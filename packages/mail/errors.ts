import { defineErrors } from '@rowhouse/kernel'

export const mailErrors = defineErrors('mail_out', {
  notConfigured: {
    status: 503,
    title: 'No mail',
    detail: 'No mail can be sent from here.',
    operator: 'MAIL_URL is `none:`: give it the way out of your mail, or `mailbox:` on a machine for development.',
  },
})
