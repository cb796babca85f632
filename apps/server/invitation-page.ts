/**
 * `/invitation`: where the link of an invitation leads. The token stands behind `#`, which a browser sends to nobody; the
 * page's script hands it to `POST /auth/invitations/accept`.
 */
import { createHash } from 'node:crypto'
import type { Page } from '@rowhouse/http'

export function invitationPages(): Page[] {
  const path = `/invitation/accept-${createHash('sha256').update(script).digest('hex').slice(0, 16)}.js`
  return [
    {
      path: '/invitation',
      contentType: 'text/html; charset=utf-8',
      headers: { 'content-security-policy': policy },
      body: html(path),
    },
    {
      path,
      contentType: 'text/javascript; charset=utf-8',
      headers: { 'cache-control': 'public, max-age=31536000, immutable' },
      body: script,
    },
  ]
}

/** The script that comes with it, its own origin, and nothing else. */
const policy =
  "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

const script = `
const form = document.querySelector('form')
const said = document.querySelector('output')
// Out of the address, so that it stays in no history and on no screen.
const token = location.hash.slice(1)
history.replaceState(null, '', location.pathname)

form.addEventListener('submit', async (event) => {
  event.preventDefault()
  form.inert = true
  const { name, password } = Object.fromEntries(new FormData(form))
  const answer = await fetch('/auth/invitations/accept', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ token, password, ...(name.trim() && { name }) }),
  }).then((response) => response.json(), () => ({ detail: 'The server cannot be reached. Try again.' }))
  if (answer.tenant) {
    form.hidden = true
    said.textContent = 'Welcome, ' + answer.member.name + '. You belong to ' + answer.tenant.name + ' now.'
    return
  }
  form.inert = false
  const reasons = (answer.errors ?? []).map(({ pointer, detail }) => pointer.slice(1) + ': ' + detail)
  said.textContent = [answer.detail, ...reasons].join(' ')
})
`

const html = (scriptPath: string) => `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Invitation</title>
<link rel="icon" href="data:,">
<style>
  :root { color-scheme: light dark }
  body { font: 1.0625rem/1.55 system-ui, sans-serif; max-width: 26rem; margin: 0 auto; padding: 3rem 1.25rem }
  label { display: block; margin: 1rem 0 }
  input, button { font: inherit; width: 100%; box-sizing: border-box; padding: 0.5rem }
  small { opacity: 0.75 }
</style>
<script defer src="${scriptPath}"></script>
<h1>You are invited</h1>
<form>
  <label>Your name <small>if you are new here</small> <input name="name" autocomplete="name" maxlength="200"></label>
  <label>Password <small>the one you have here, or a new one</small>
    <input name="password" type="password" autocomplete="current-password" required></label>
  <button>Accept</button>
</form>
<output role="status"></output>
<noscript>This page needs JavaScript.</noscript>
</html>
`
