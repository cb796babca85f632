/** The page at `/`: what runs here and where to go on. */
export const homePage = (origin: string, hasMailbox: boolean): string => `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Rowhouse</title>
<style>
  :root { color-scheme: light dark; --ink: light-dark(#1c2430, #e6e9ef); --soft: light-dark(#566072, #a3adbd);
    --paper: light-dark(#fbfaf7, #14181f); --card: light-dark(#ffffff, #1c222c); --line: light-dark(#e3dfd5, #2e3644); --brick: light-dark(#a63d24, #f0886a) }
  body { margin: 0; background: var(--paper); color: var(--ink); font: 1.0625rem/1.55 system-ui, sans-serif }
  main { max-width: 56rem; margin: 0 auto; padding: 3.5rem 1.25rem }
  svg { width: 11rem; display: block; color: var(--brick) }
  h1 { font-size: 2.5rem; letter-spacing: -0.02em; margin: 1rem 0 0.25rem }
  h2 { font-size: 1.125rem; margin: 2.5rem 0 0.75rem }
  p { margin: 0 0 1rem; max-width: 42rem }
  .lead { font-size: 1.25rem; color: var(--soft) }
  ul { list-style: none; margin: 0; padding: 0; display: grid; gap: 0.75rem; grid-template-columns: repeat(auto-fit, minmax(15rem, 1fr)) }
  li { background: var(--card); border: 1px solid var(--line); border-radius: 0.6rem; padding: 0.9rem 1.1rem }
  li span { display: block; color: var(--soft); font-size: 0.95rem }
  a { color: var(--brick); font-weight: 600; text-decoration-thickness: 1px; text-underline-offset: 0.2em }
  pre { background: var(--card); border: 1px solid var(--line); border-radius: 0.6rem; padding: 0.9rem 1.1rem; overflow-x: auto; font-size: 0.9rem }
</style>
<main>
  <svg viewBox="0 0 176 64" fill="none" stroke="currentColor" stroke-width="3" stroke-linejoin="round" role="img" aria-label="A row of three houses">
    <path d="M4 60V24L30 6l26 18v36zM60 60V24L86 6l26 18v36zM116 60V24l26-18 26 18v36z"/>
    <path d="M24 60V42h12v18M80 60V42h12v18M136 60V42h12v18" stroke-width="2.5"/>
  </svg>
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
</main>
</html>
`
