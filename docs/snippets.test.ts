/** The shell snippets of the README pages, run as they stand against a server that npm start would start. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Program, startProgram } from '../apps/server/start-program.fixture.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'rowhouse-snippets-'))
const home = join(folder, 'home')
let program: Program

beforeAll(async () => {
  program = await startProgram({ ROWHOUSE_HOME: home, LOG_LEVEL: 'warn' })
})
afterAll(async () => {
  await program.end('SIGTERM')
  rmSync(folder, { recursive: true, force: true, maxRetries: 20 })
})

/** Those that talk to a running server; `npm …` itself is what the other tests run. */
const snippets = (page: string) =>
  [...readFileSync(join(root, page), 'utf8').matchAll(/^```sh\n(.*?)^```$/gms)]
    .map(([, snippet]) => snippet!)
    .filter((snippet) => /curl|npx rowhouse/.test(snippet))

test.each(['README.md', 'examples/helpdesk/README.md', 'docs/guides/mail-in.md', 'docs/guides/events.md'])(
  '%s',
  (page) => {
    const here = (text: string) =>
      text.replaceAll('http://127.0.0.1:3000', program.origin!).replaceAll('.rowhouse/', `${home}/`)
    const found = snippets(page)
    expect(found.length).toBeGreaterThan(0)
    // One shell for the page: what a snippet sets, the next one uses. curl fails when the server refuses.
    const script = [
      'set -euo pipefail',
      'curl() { command curl --silent --show-error --fail-with-body "$@"; echo; }',
      ...found.map(here),
    ]
    const output = execFileSync('bash', ['-c', script.join('\n')], {
      cwd: root,
      encoding: 'utf8',
      env: { ...process.env, ROWHOUSE_HOME: home },
    })
    expect(output).toMatch(/\{/)
  },
)
