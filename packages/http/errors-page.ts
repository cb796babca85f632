import type { ErrorCode } from '@rowhouse/kernel'
import { httpErrors } from './errors.ts'

/** Every code with its meaning; a problem's `type` points to it. */
export function errorsPage(codes: readonly ErrorCode[]): string {
  const all = new Map([...Object.values(httpErrors), ...codes].map((code) => [code.code, code]))
  const rows = [...all.values()]
    .toSorted((a, b) => (a.code < b.code ? -1 : 1))
    .map(
      ({ code, definition: { status, title, detail } }) =>
        `<tr id="${escaped(code)}"><td><code>${escaped(code)}</code><td>${status}<td>${escaped(title)}<td>${escaped(detail)}`,
    )
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Error codes</title>
<style>
  body { font: 1rem/1.5 system-ui, sans-serif; max-width: 70rem; margin: 2rem auto; padding: 0 1rem; color-scheme: light dark }
  table { border-collapse: collapse }
  th, td { text-align: left; vertical-align: top; padding: 0.4rem 1rem 0.4rem 0; border-bottom: 1px solid #8884 }
  tr:target { background: #fd06 }
  @media (max-width: 45rem) {
    thead { display: none }
    tr { display: block; padding: 0.6rem 0; border-bottom: 1px solid #8884 }
    td { display: inline-block; padding: 0 0.8rem 0 0; border: 0 }
    td:first-child, td:last-child { display: block; overflow-wrap: anywhere }
  }
</style>
<h1>Error codes</h1>
<p>Every answer of status 4xx or 5xx is a problem (RFC 9457) with one of these codes. They never change their meaning.</p>
<table>
<thead><tr><th>code<th>status<th>title<th>what it means</thead>
<tbody>
${rows.join('\n')}
</tbody>
</table>
</html>
`
}

const escaped = (text: string) => text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`)
