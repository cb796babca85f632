import { createHash } from 'node:crypto'
import type { Page } from '../page.ts'
import { scalarBundle } from './scalar-bundle.ts'

/**
 * The API's reference, drawn in the browser by Scalar from an OpenAPI document, from our own origin alone: the policy
 * sent with it lets the browser reach nothing else, and runs no script but the two files that come with it.
 *
 * The first call takes half a second, in a thread of its own: start it, and await it when the routes are made.
 *
 * @param options.path where the page is served; its scripts are below
 * @param options.specUrl the document, on the same origin
 */
export async function docsPages(options: {
  readonly path: string
  readonly title: string
  readonly specUrl: string
}): Promise<Page[]> {
  const { path, title, specUrl } = options
  const start = script(path, 'start', startScript(specUrl))
  const scalar = script(path, 'scalar', await scalarBundle())
  const body = html({ title, specUrl, scripts: [start.path, scalar.path] })
  const headers = { ...pageHeaders, 'cache-control': 'no-cache', etag: `"${digest(body)}"` }
  return [
    { path, contentType: 'text/html; charset=utf-8', headers, body },
    start,
    // Compressed whatever the client accepts: browsers are the only ones to ask, and each of them knows gzip.
    { ...scalar, headers: { ...scalar.headers, 'content-encoding': 'gzip' } },
  ]
}

/** Styles are written into the page by Scalar itself; scripts are not. */
const pageHeaders = {
  'content-security-policy': [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self' 'unsafe-inline'",
    "connect-src 'self'",
    "img-src 'self' data:",
    "font-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; '),
}

/** Its name changes with its content, so that browsers may keep it for ever. */
function script(path: string, name: string, body: string | Uint8Array): Page {
  const id = digest(body)
  return {
    path: `${path}/${name}-${id}.js`,
    contentType: 'text/javascript; charset=utf-8',
    headers: { 'cache-control': 'public, max-age=31536000, immutable', etag: `"${id}"` },
    body,
  }
}

const digest = (body: string | Uint8Array) => createHash('sha256').update(body).digest('hex').slice(0, 16)

/** Runs before the bundle, which draws the page once it is there. */
const startScript = (specUrl: string) => `
// Zod, inside the bundle, tries to compile code unless told not to; the policy forbids that.
globalThis.__zod_globalConfig = { jitless: true }

const nowhere = location.origin
addEventListener('DOMContentLoaded', () => Scalar.createApiReference('#reference', {
  ...${JSON.stringify({ ...settings, url: specUrl })},
  // Scalar's services: a click that leads to one ends here.
  externalUrls: { dashboardUrl: nowhere, registryUrl: nowhere, proxyUrl: nowhere, apiBaseUrl: nowhere },
}))
`

/** Requests are sent by the page itself, keys are forgotten with it, and nothing of Scalar's own services is shown. */
const settings = {
  withDefaultFonts: false,
  telemetry: false,
  agent: { disabled: true },
  mcp: { disabled: true },
  hideClientButton: true,
  showDeveloperTools: 'never',
  persistAuth: false,
  documentDownloadType: 'json',
}

const html = (page: { title: string; specUrl: string; scripts: readonly string[] }) => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escaped(page.title)}</title>
<link rel="icon" href="data:,">
${page.scripts.map((source) => `<script defer src="${escaped(source)}"></script>`).join('\n')}
</head>
<body>
<div id="reference"></div>
<noscript>This page needs JavaScript. <a href="${escaped(page.specUrl)}">The OpenAPI document</a> does not.</noscript>
</body>
</html>
`

const escaped = (text: string) => text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`)
