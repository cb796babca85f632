/** The page where an invitation's link leads, in a real browser. */
import { modules } from '@rowhouse/helpdesk'
import { launchChromium, postgres18, server } from '@rowhouse/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { httpCall } from './http-call.fixture.ts'
import { startTestPlatform, type TestPlatform } from './test-platform.ts'

let running: TestPlatform
let browser: Awaited<ReturnType<typeof launchChromium>>
beforeAll(async () => {
  running = await startTestPlatform(await server(postgres18), modules)
  browser = await launchChromium()
})
afterAll(async () => {
  await browser?.close()
  await running?.stop()
})

test('the link opens a page that says what is wrong with a password, and makes the member with a right one', async () => {
  const call = httpCall(running.origin)
  const { key, slug } = running.tenants[0]!
  await call('POST', '/api/v1/invitations', { email: 'bo@guests.example' }, { token: key })
  const { text } = (await call('GET', '/mailbox.json')).body.items[0] as { text: string }
  const link = /https?:\S+/.exec(text)![0]
  expect(link).toMatch(new RegExp(`^${running.origin}/invitation#rhi_`))

  const page = await browser.newPage()
  const complaints: string[] = []
  page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()))
  await page.goto(link)
  expect(page.url()).toBe(`${running.origin}/invitation`)
  await page.getByLabel('Your name').fill('Bo')
  await page.getByLabel('Password').fill('password123')
  await page.getByRole('button').click()
  await page.getByText('among the first that anybody would try').waitFor()
  await page.getByLabel('Password').fill('a quiet row of houses')
  await page.getByRole('button').click()
  await page.getByText(`Welcome, Bo. You belong to ${slug} now.`).waitFor()
  expect(complaints.filter((text) => !text.includes('400'))).toEqual([])
  await page.close()
})
