/** The client in a browser as it is: its own files with their types taken out, no bundler, nothing of Node. */
import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { stripTypeScriptTypes } from 'node:module'
import { modules } from '@rowhouse/helpdesk'
import { launchChromium, postgres18, server } from '@rowhouse/testing'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestPlatform, type TestPlatform } from '../../apps/server/test-platform.ts'

let running: TestPlatform
let browser: Browser
let context: BrowserContext
// Where there is no browser yet, one is installed.
const installTimeoutMs = 300_000

beforeAll(async () => {
  running = await startTestPlatform(await server(postgres18), modules)
  browser = await launchChromium()
  context = await browser.newContext()
  await context.route('**/app/**', (route) => {
    const file = new URL(route.request().url()).pathname.replace('/app/', '')
    if (file === '') return route.fulfill({ contentType: 'text/html', body: '<!doctype html><title>App</title>' })
    const source = readFileSync(new URL(file, import.meta.url), 'utf8')
    return route.fulfill({ contentType: 'text/javascript', body: stripTypeScriptTypes(source) })
  })
}, installTimeoutMs)
afterAll(async () => {
  await browser?.close()
  await running?.stop()
})

async function tab(): Promise<Page> {
  const page = await context.newPage()
  await page.goto(`${running.origin}/app/`)
  return page
}

/** Runs in the page, where `client` is what the page imported. */
const inPage = (page: Page, input: unknown, code: string): Promise<unknown> =>
  page.evaluate(
    `(async (input) => { const client = await import('/app/client.ts'); ${code} })(${JSON.stringify(input)})`,
  )

test('a page opens and lists tickets', async () => {
  const page = await tab()
  const subjects = await inPage(
    page,
    running.tenants[0]!.key,
    `const desk = client.createClient({ origin: location.origin, auth: client.apiKey(input) })
     await desk.tickets.open({ subject: 'From a page', body: 'Hello', customer: { email: 'ines@example.com' } })
     const subjects = []
     for await (const { subject } of desk.tickets.list({ limit: 1 })) subjects.push(subject)
     return subjects`,
  )
  expect(subjects).toEqual(['From a page'])
  await page.close()
})

test('two tabs share one session, at the same moment and in turn, and neither signs the other out', async () => {
  const email = `gavin-${randomBytes(4).toString('hex')}@hooli.example`
  const account = { email, password: 'a quiet row of houses', name: 'Gavin', organization: 'Hooli' }
  const tabs = [await tab(), await tab()]
  await inPage(
    tabs[0]!,
    account,
    `const { refreshToken } = await client.createClient({ origin: location.origin }).auth.signUp(input)
     localStorage.setItem('refreshToken', refreshToken)`,
  )
  // Each call begins with an access token that is refused, and so with a renewal.
  const work = (page: Page) =>
    inPage(
      page,
      null,
      `const auth = client.session({
         accessToken: 'e30.e30.e30',
         refreshToken: () => localStorage.getItem('refreshToken'),
         onRotate: (token) => localStorage.setItem('refreshToken', token),
       })
       const { items } = await client.createClient({ origin: location.origin, auth }).members.list().page()
       return [items.length, localStorage.getItem('refreshToken')]`,
    ) as Promise<[number, string]>

  const shown = new Set<string>()
  for (let round = 0; round < 5; round += 1)
    for (const [members, refreshToken] of await Promise.all(tabs.map(work))) {
      expect(members).toBe(1)
      shown.add(refreshToken)
    }
  for (const page of [...tabs, ...tabs]) {
    const [members, refreshToken] = await work(page)
    expect(members).toBe(1)
    expect(shown.has(refreshToken)).toBe(false)
    shown.add(refreshToken)
  }
})
