/** The page where an invitation's link leads, in a real browser. */
import { randomBytes } from 'node:crypto'
import { modules } from '@rowhouse/helpdesk'
import { launchChromium, postgres18, server } from '@rowhouse/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { httpCall } from './http-call.fixture.ts'
import { startTestPlatform, type TestPlatform } from './test-platform.ts'

const password = 'a quiet row of houses'
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

const call: ReturnType<typeof httpCall> = (...asked) => httpCall(running.origin)(...asked)

async function invite(email = `bo-${randomBytes(4).toString('hex')}@guests.example`) {
  const { key, slug } = running.tenants[0]!
  const { id } = (await call('POST', '/api/v1/invitations', { email, role: 'admin' }, { token: key })).body
  const { text } = (await call('GET', '/mailbox.json')).body.items[0] as { text: string }
  return { email, slug, link: /https?:\S+/.exec(text)![0], revokePath: `/api/v1/invitations/${id}`, key }
}

async function open(link: string) {
  const page = await browser.newPage()
  const complaints: string[] = []
  page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()))
  await page.goto(link)
  return { page, complaints }
}

test('the link opens a page that says to what, as what and for which address, and makes the member', async () => {
  const { email, slug, link } = await invite()
  expect(link).toMatch(new RegExp(`^${running.origin}/invitation#rhi_`))
  const { page, complaints } = await open(link)
  expect(page.url()).toBe(`${running.origin}/invitation`)
  await page.getByRole('heading', { name: `You are invited to ${slug}` }).waitFor()
  await page.getByText('You will be an admin.').waitFor()
  expect(await page.getByLabel('E-mail address').inputValue()).toBe(email)
  expect(await page.getByLabel('Choose a password').getAttribute('autocomplete')).toBe('new-password')
  await page.getByText('At least 10 characters').waitFor()

  await page.getByLabel('Your name').fill('Bo')
  await page.getByLabel('Choose a password').fill('password123')
  await page.getByRole('button').click()
  await page.getByText('Choose another password. It is among the first that anybody would try.').waitFor()
  await page.getByLabel('Choose a password').fill(password)
  await page.getByRole('button').click()
  await page.getByRole('heading', { name: 'Welcome, Bo' }).waitFor()
  await page.getByText(`You belong to ${slug} now.`).waitFor()
  expect(await page.getByRole('link', { name: 'Go on' }).getAttribute('href')).toBe('/')
  expect(complaints.filter((text) => !text.includes('400'))).toEqual([])
  await page.close()
})

test('who has an account is asked for its password, and for no name', async () => {
  const email = `gavin-${randomBytes(4).toString('hex')}@hooli.example`
  await call('POST', '/auth/sign-up', { email, password, name: 'Gavin', organization: 'Hooli' })
  const { link } = await invite(email)
  const { page } = await open(link)
  const field = page.getByLabel('Your password')
  await field.fill('not the right one')
  expect(await field.getAttribute('autocomplete')).toBe('current-password')
  expect(await page.getByLabel('Your name').isVisible()).toBe(false)
  await page.getByRole('button').click()
  await page.getByText('This is not the password of your account.').waitFor()
  await field.fill(password)
  await page.getByRole('button').click()
  await page.getByRole('heading', { name: 'Welcome, Gavin' }).waitFor()
  await page.close()
})

test('a link that is empty, made up or revoked says so at once, and shows no form', async () => {
  const { link, revokePath, key } = await invite()
  await call('DELETE', revokePath, undefined, { token: key })
  for (const [dead, words] of [
    [link, 'This link is not good any more.'],
    [`${running.origin}/invitation#rhi_${'A'.repeat(64)}`, 'This link is not good any more.'],
    [`${running.origin}/invitation`, 'Open the link in the mail again'],
  ] as const) {
    const { page } = await open(dead)
    await page.getByText(words).waitFor()
    expect(await page.getByRole('button').isVisible()).toBe(false)
    await page.close()
  }
})
