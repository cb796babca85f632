/**
 * Mail to people. `MAIL_URL` says how it goes out: `mailbox:` keeps it in the control database and shows it, for development;
 * `none:` refuses it.
 */
import { newId } from '@rowhouse/kernel'
import { type AskControl, type ModuleMigrations, sqlMigrations } from '@rowhouse/tenancy'
import { mailOutErrors } from './errors.ts'

export { mailOutErrors } from './errors.ts'

export interface Mail {
  readonly to: string
  readonly subject: string
  /** Plain text. */
  readonly text: string
}

export interface KeptMail extends Mail {
  readonly id: string
  /** RFC 3339. */
  readonly sentAt: string
}

export interface MailPillar {
  /** @throws mail_out.not_configured, mail_out.line_break */
  send(mail: Mail): Promise<void>
  /** The last 500 mails, newest first; null when mail really goes out, and none is kept. */
  readonly kept: (() => Promise<KeptMail[]>) | null
}

export const mailMigrations: ModuleMigrations = {
  module: 'mail',
  migrations: sqlMigrations(import.meta.url, './control'),
}

export type MailUrl = 'mailbox:' | 'none:'

export function openMail(url: MailUrl, ask: AskControl): MailPillar {
  if (url === 'none:') return { send: () => Promise.reject(mailOutErrors.notConfigured()), kept: null }
  return {
    async send({ to, subject, text }) {
      if (/[\r\n]/.test(to + subject)) throw mailOutErrors.lineBreak()
      await ask('select control.keep_mail($1, $2, $3, $4)', [newId(), to, subject, text])
    },
    async kept() {
      const rows = await ask(
        'select id, recipient as "to", subject, body as text, sent_at from control.kept_mails()',
        [],
      )
      return rows as unknown as KeptMail[]
    },
  }
}
