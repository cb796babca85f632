/** The page at `/`: what runs here and where to go on. */
import { houses, icon, look } from './look.ts'

export const homePage = (origin: string, hasMailbox: boolean): string => `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Rowhouse</title>
${icon}
<style>${look}
  ul { list-style: none; margin: 0; padding: 0; display: grid; gap: 0.75rem; grid-template-columns: repeat(auto-fit, minmax(15rem, 1fr)) }
  li { background: var(--card); border: 1px solid var(--line); border-radius: 0.6rem; padding: 0.9rem 1.1rem }
  li span { display: block; color: var(--soft); font-size: 0.95rem }
  pre { background: var(--card); border: 1px solid var(--line); border-radius: 0.6rem; padding: 0.9rem 1.1rem; overflow-x: auto; font-size: 0.9rem }
</style>
<main>
  ${houses}
  <h1>Rowhouse runs</h1>
  <p class="lead">A helpdesk for many tenants, each behind its own door. The same code serves all three ways of living here.</p>

  <h2>The demo tenants</h2>
  <ul>
    <li><strong>acme</strong><span>shared schema: rows among others, behind sealed row-level security</span></li>
    <li><strong>globex</strong><span>a schema of its own, in a database with others</span></li>
    <li><strong>initech</strong><span>a database of its own</span></li>
  </ul>

  <h2>Go on</h2>
  <ul>
    <li><a href="/docs">API reference</a><span>every operation, with examples, to try</span></li>
    <li><a href="/openapi.json">OpenAPI document</a><span>3.1, for clients and generators</span></li>
    <li><a href="/operator/docs">Operators’ API</a><span>create and list tenants, in any tier</span></li>
    <li><a href="/docs/errors">Error codes</a><span>what each means and what to do</span></li>
${hasMailbox ? '    <li><a href="/mailbox">Mailbox</a><span>mail from this machine, kept instead of sent</span></li>\n' : ''}    <li><a href="/readyz">Ready?</a><span>whether this node serves</span></li>
  </ul>

  <h2>Try it</h2>
  <p>The passwords and keys of the demo tenants are in <code>demo.json</code>, in the folder that <code>npm start</code> keeps (<code>.rowhouse</code>).</p>
  <pre>curl -H "Authorization: Bearer $KEY" ${origin}/api/v1/tickets</pre>
  <p>Or sign up as your customers will: the tenant is ready when the answer comes.</p>
  <pre>curl -H "Content-Type: application/json" ${origin}/auth/sign-up \\
  -d '{"email": "monica@raviga.example", "password": "a term sheet by friday", "name": "Monica", "organization": "Raviga"}'</pre>
  <p>Then write your first module: the guides are in the folder <code>docs/guides</code>.</p>
</main>
</html>
`
