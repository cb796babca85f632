import type { AddressInfo } from 'node:net'
import { fastify } from 'fastify'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { launchChromium } from '../../testing/chromium.ts'
import { docsPages } from './docs-page.ts'

const ticket = {
  type: 'object',
  required: ['id', 'subject'],
  properties: { id: { type: 'string', format: 'uuid' }, subject: { type: 'string', examples: ['Printer on fire'] } },
}
const answer = {
  description: 'The tickets',
  content: { 'application/json': { schema: { type: 'array', items: ticket } } },
}
const spec = {
  openapi: '3.1.0',
  info: { title: 'Helpdesk', version: '1.0.0', description: 'Tickets and the people who write them.' },
  servers: [{ url: '/' }],
  security: [{ apiKey: [] }],
  tags: [{ name: 'Tickets', description: 'What customers ask.' }],
  paths: {
    '/api/v1/tickets': {
      get: {
        operationId: 'tickets.list',
        tags: ['Tickets'],
        summary: 'List the open tickets',
        responses: { 200: answer },
      },
    },
  },
  components: { securitySchemes: { apiKey: { type: 'http', scheme: 'bearer', description: 'One of a tenant.' } } },
}

// A name, not an address: for localhost Scalar behaves more modestly than it does for everyone else.
const host = 'desk.test'

// Where there is no browser yet, one is installed.
const installTimeoutMs = 300_000

describe('the page of the reference', { timeout: 60_000 }, () => {
  const app = fastify()
  const requests: string[] = []
  let origin: string
  let browser: Browser

  beforeAll(async () => {
    const pages = [
      ...(await docsPages({ path: '/docs', title: 'Helpdesk API', specUrl: '/openapi.json' })),
      ...(await docsPages({
        path: '/operator/docs',
        title: 'For "operators" <only>',
        specUrl: '/operator/openapi.json',
      })),
    ]
    for (const { path, contentType, headers, body } of pages)
      app.get(path, (_request, reply) => reply.type(contentType).headers(headers).send(body))
    app.get('/openapi.json', () => spec)
    app.get('/operator/openapi.json', () => ({ ...spec, info: { title: 'Operators', version: '1.0.0' } }))
    app.get('/api/v1/tickets', () => [{ id: '1', subject: 'Answered by our own origin' }])
    app.addHook('onRequest', async ({ method, url, headers }) => {
      requests.push(`${method} ${url} ${headers.authorization ?? ''}`.trim())
    })
    await app.listen({ host: '127.0.0.1', port: 0 })
    origin = `http://${host}:${(app.server.address() as AddressInfo).port}`
    browser = await launchChromium({ hosts: { [host]: '127.0.0.1' } })
  }, installTimeoutMs)

  afterAll(async () => {
    await browser?.close()
    await app.close()
  })

  /** Opens the page and takes down all that it must not do. */
  async function open(path: string, colorScheme: 'light' | 'dark' = 'light') {
    const context = await browser.newContext({ colorScheme, viewport: { width: 1280, height: 900 } })
    const page = await context.newPage()
    const faults: string[] = []
    page.on('request', (request) => {
      const isOurs = request.url().startsWith(`${origin}/`) || /^(data|blob):/.test(request.url())
      if (!isOurs) faults.push(`asked for ${request.url()}`)
    })
    page.on('requestfailed', (request) => void faults.push(`failed: ${request.url()}`))
    page.on('response', (response) => response.ok() || faults.push(`${response.status()} ${response.url()}`))
    page.on('pageerror', (error) => void faults.push(`threw ${error.message}`))
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) faults.push(`said ${message.text()}`)
    })
    await page.exposeFunction('reportViolation', (text: string) => void faults.push(text))
    await page.addInitScript(`addEventListener('securitypolicyviolation', (violation) =>
      reportViolation(violation.violatedDirective + ' forbids ' + violation.blockedURI))`)
    await page.goto(`${origin}${path}`)
    return { page, faults, close: () => context.close() }
  }

  test.each(['light', 'dark'] as const)(
    'shows every operation, and asks nobody else for anything (%s)',
    async (scheme) => {
      const { page, faults, close } = await open('/docs', scheme)
      await seeOperation(page)
      expect(await page.title()).toBe('Helpdesk API')
      const background = await page.evaluate(
        `getComputedStyle(document.querySelector('.references-rendered') ?? document.body).backgroundColor`,
      )
      expect(background).toBe(scheme === 'light' ? 'rgb(255, 255, 255)' : 'rgb(15, 15, 15)')
      await page.waitForLoadState('networkidle')
      expect(faults).toEqual([])
      await close()
    },
  )

  test('sends a trial request to our own origin, with the key that was typed', async () => {
    const { page, faults, close } = await open('/docs')
    await seeOperation(page)
    await page.getByPlaceholder('Token').first().fill('rh_test_key')
    await page
      .getByRole('button', { name: /test request/i })
      .first()
      .click()
    await page.getByRole('button', { name: /send/i }).first().click()
    await page.getByText('Answered by our own origin').first().waitFor()
    expect(requests).toContain('GET /api/v1/tickets Bearer rh_test_key')
    await page.waitForLoadState('networkidle')
    expect(faults).toEqual([])
    expect(await page.evaluate('JSON.stringify([{ ...localStorage }, { ...sessionStorage }])')).not.toContain(
      'rh_test_key',
    )
    await close()
  })

  test('stands beside another one with another document', async () => {
    const { page, faults, close } = await open('/operator/docs')
    await page.getByRole('heading', { name: 'Operators' }).first().waitFor()
    expect(await page.title()).toBe('For "operators" <only>')
    expect(faults).toEqual([])
    await close()
  })

  test('notices when something outside is asked for', async () => {
    const { page, faults, close } = await open('/docs')
    await seeOperation(page)
    await page.evaluate(`fetch('http://elsewhere.test/').catch(() => {})`)
    await page.evaluate(`{ const s = document.createElement('script'); s.text = '1'; document.head.append(s) }`)
    await expect.poll(() => faults.join('\n')).toMatch(/script-src-elem forbids inline/)
    expect(faults.join('\n')).toMatch(/connect-src forbids http:\/\/elsewhere\.test/)
    await close()
  })

  test('may be kept by the browser: scripts for ever, the page until it changed', async () => {
    const [page, ...scripts] = await docsPages({ path: '/docs', title: 'A', specUrl: '/openapi.json' })
    const [other] = await docsPages({ path: '/docs', title: 'B', specUrl: '/openapi.json' })
    expect(page?.headers).toMatchObject({
      'cache-control': 'no-cache',
      etag: expect.stringMatching(/^"[0-9a-f]{16}"$/),
    })
    expect(other?.headers['etag']).not.toBe(page?.headers['etag'])
    expect(scripts).toHaveLength(2)
    for (const script of scripts) {
      expect(script.headers['cache-control']).toContain('immutable')
      expect(script.path).toContain(String(script.headers['etag']).replaceAll('"', ''))
    }
  })
})

const seeOperation = (page: Page) => page.getByRole('heading', { name: 'List the open tickets' }).first().waitFor()
