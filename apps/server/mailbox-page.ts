/** `/mailbox` and `/mailbox.json`: mail that was kept instead of sent, for development. */
import { htmlPage, type LivePage } from '@rowhouse/http'
import type { KeptMail, MailPillar } from '@rowhouse/mail'

/** None when mail really goes out. */
export function mailboxPages({ kept }: MailPillar): LivePage[] {
  if (kept === null) return []
  return [
    { path: '/mailbox', make: async () => htmlPage('/mailbox', mailboxHtml(await kept())) },
    {
      path: '/mailbox.json',
      make: async () => ({
        path: '/mailbox.json',
        contentType: 'application/json',
        headers: {},
        body: JSON.stringify({ items: await kept() }),
      }),
    },
  ]
}

const mailboxHtml = (mails: readonly KeptMail[]): string => `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Mailbox</title>
<style>
  :root { color-scheme: light dark }
  body { font: 1rem/1.5 system-ui, sans-serif; max-width: 48rem; margin: 0 auto; padding: 2rem 1.25rem }
  article { border-top: 1px solid color-mix(in srgb, currentColor 25%, transparent); padding: 1rem 0 }
  h2 { font-size: 1.1rem; margin: 0 }
  p { margin: 0; opacity: 0.75 }
  pre { white-space: pre-wrap; overflow-wrap: anywhere; font: inherit }
</style>
<h1>Mailbox</h1>
<p>Mail from this machine is kept here instead of sent. The last 500 are shown, the newest first.</p>
${mails.length === 0 ? '<article>There is none yet.</article>' : mails.map(mailHtml).join('\n')}
</html>
`

const mailHtml = ({ to, subject, text, sentAt }: KeptMail) => `<article>
  <h2>${escaped(subject)}</h2>
  <p>To ${escaped(to)}, <time datetime="${escaped(sentAt)}">${escaped(sentAt.replace('T', ' ').slice(0, 19))} UTC</time></p>
  <pre>${escaped(text).replaceAll(link, '<a href="$&">$&</a>')}</pre>
</article>`

/** After escaping. */
const link = /https?:\/\/[\w.:/#?=%[\]-]+/g

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}
const escaped = (text: string) => text.replaceAll(/[&<>"']/g, (letter) => entities[letter]!)
