/** `/mailbox` and `/mailbox.json`: mail that was kept instead of sent, for development. */
import { htmlPage, type LivePage } from '@rowhouse/http'
import type { KeptMail, MailPillar } from '@rowhouse/mail'
import { icon, look } from './look.ts'

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
${icon}
<style>${look}
  article { border-top: 1px solid var(--line); padding: 1rem 0 }
  h2 { margin: 0 }
  article p, main > p { color: var(--soft); margin: 0 0 1rem }
  pre { white-space: pre-wrap; overflow-wrap: anywhere; font: inherit; margin: 0 }
</style>
<main>
<h1>Mailbox</h1>
<p>Mail from this machine is kept here instead of sent. The last 500 are shown, the newest first.</p>
${mails.length === 0 ? '<article>There is none yet.</article>' : mails.map(mailHtml).join('\n')}
</main>
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
