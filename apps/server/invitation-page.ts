/**
 * `/invitation`: where the link of an invitation leads. The token stands behind `#`, which a browser sends to nobody; the
 * page's script (invitation-script.ts) hands it to the operations `auth.look-up-invitation` and `auth.accept-invitation`.
 */
import { createHash } from 'node:crypto'
import type { Page } from '@rowhouse/http'
import { invitationScript } from './invitation-script.ts'
import { houses, icon, look } from './look.ts'

export function invitationPages(): Page[] {
  const path = `/invitation/accept-${createHash('sha256').update(invitationScript).digest('hex').slice(0, 16)}.js`
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
      body: invitationScript,
    },
  ]
}

/** The script that comes with it, its own origin, and nothing else. */
const policy =
  "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

const html = (scriptPath: string) => `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>Invitation</title>
${icon}
<style>${look}
  main { max-width: 28rem }
  h1 { font-size: 2rem; line-height: 1.2; margin: 1.5rem 0 0.5rem; overflow-wrap: anywhere }
  form { background: var(--card); border: 1px solid var(--line); border-radius: 0.6rem; padding: 0.4rem 1.1rem 1.1rem; margin: 1.5rem 0 }
  label { display: block; font-weight: 600; margin: 0.9rem 0 0.25rem }
  input, button { font: inherit; width: 100%; box-sizing: border-box; padding: 0.55rem 0.7rem; border-radius: 0.4rem; border: 1px solid var(--soft) }
  input { background: var(--paper); color: var(--ink) }
  input[readonly] { color: var(--soft); border-color: var(--line) }
  button { margin-top: 1.25rem; background: var(--brick); border-color: var(--brick); color: var(--card); font-weight: 600; cursor: pointer }
  form[inert] button { opacity: 0.6 }
  small { display: block; color: var(--soft); margin-top: 0.25rem }
  #problem { color: var(--brick); font-weight: 600; margin: 1rem 0 0 }
  #problem:empty { display: none }
  [hidden] { display: none }
</style>
<script defer src="${scriptPath}"></script>
<main>
  ${houses}
  <h1>Your invitation</h1>
  <p id="about" role="status">One moment …</p>
  <form hidden>
    <label for="email">E-mail address</label>
    <input id="email" name="email" type="email" autocomplete="username" readonly>
    <div id="new">
      <label for="name">Your name</label>
      <input id="name" name="name" autocomplete="name" maxlength="200" required>
    </div>
    <label for="password">Password</label>
    <input id="password" name="password" type="password" aria-describedby="rule" required>
    <small id="rule"></small>
    <p id="problem" role="alert"></p>
    <button>Accept</button>
  </form>
  <p id="on" hidden><a href="/">Go on</a></p>
  <noscript>This page needs JavaScript.</noscript>
</main>
</html>
`
