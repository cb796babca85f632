/** People over HTTP: they sign up, in and out. */
import { randomBytes } from 'node:crypto'
import { modules } from '@rowhouse/helpdesk'
import { postgres15, postgres18, server } from '@rowhouse/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type CallOptions, type HttpCall, httpCall, withoutId } from './http-call.fixture.ts'
import { startTestPlatform, type TestPlatform } from './test-platform.ts'

const password = 'a quiet row of houses'
const fresh = () => randomBytes(4).toString('hex')

describe.each([postgres18, postgres15])('on $name', (postgres) => {
  let running: TestPlatform
  beforeAll(async () => {
    running = await startTestPlatform(await server(postgres), modules)
  })
  afterAll(() => running?.stop())

  const call: HttpCall = (...asked) => httpCall(running.origin)(...asked)
  const post = (path: string, body: object, options?: CallOptions) => call('POST', path, body, options)
  const signUp = async (more: object = {}) => {
    const email = `gavin-${fresh()}@hooli.example`
    const answer = await post('/auth/sign-up', { email, password, name: 'Gavin', organization: 'Hooli', ...more })
    return { ...answer, email }
  }
  describe('signing up', () => {
    test('gives a tenant that is ready, its owner and a session', async () => {
      const slug = `hooli-${fresh()}`
      const { status, body, email } = await signUp({ slug })
      expect(status).toBe(201)
      expect(body).toMatchObject({
        tenant: { slug, name: 'Hooli' },
        member: { email, name: 'Gavin', role: 'owner' },
        refreshToken: expect.stringMatching(/^rht_[\w-]{86}$/),
        expiresIn: 600,
      })
      const { accessToken: token } = body
      const members = await call('GET', '/api/v1/members', undefined, { token })
      expect(members.body.items).toMatchObject([{ id: body.member.id, email, role: 'owner' }])
      expect((await call('GET', '/api/v1/tickets', undefined, { token })).body.items).toEqual([])
    })

    test('makes a slug of the organization’s name, and another when it is taken', async () => {
      const organization = `Müller & Söhne ${fresh()}`
      const slugs = []
      for (let n = 0; n < 2; n += 1) slugs.push((await signUp({ organization })).body.tenant.slug)
      expect(slugs[0]).toMatch(/^muller-sohne-[0-9a-f]{8}$/)
      expect(slugs[1]).toMatch(/^muller-sohne-[0-9a-f]{8}-[0-9a-f]{6}$/)
    })
  })

  describe('signing in', () => {
    test('gives a session in the only tenant, or in the one that is named', async () => {
      const { email, body } = await signUp()
      const { tenant, member } = body
      for (const named of [{}, { tenant: tenant.slug }, { tenant: tenant.id }])
        expect((await post('/auth/sign-in', { email, password, ...named })).body).toMatchObject({ tenant, member })
    })
  })

  test('a session is renewed, ended, and then over', async () => {
    const { body } = await signUp()
    const renewed = await post('/auth/refresh', { refreshToken: body.refreshToken })
    expect(renewed.status).toBe(200)
    const { refreshToken, accessToken } = renewed.body
    expect(refreshToken).not.toBe(body.refreshToken)
    expect((await call('GET', '/api/v1/members', undefined, { token: accessToken })).status).toBe(200)
    for (let n = 0; n < 2; n += 1) expect((await post('/auth/sign-out', { refreshToken })).status).toBe(204)
    const over = await post('/auth/refresh', { refreshToken })
    expect([over.status, over.body.code]).toEqual([401, 'identity.session_over'])
    expect(withoutId(await post('/auth/refresh', { refreshToken: 'nonsense' }))).toEqual(withoutId(over))
  })

  test('the keys of access tokens are there for everybody', async () => {
    const { status, body } = await call('GET', '/.well-known/jwks.json')
    expect([status, body.keys.length]).toEqual([200, 1])
  })
})
