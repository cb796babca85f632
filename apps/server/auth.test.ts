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

    test('says to whoever has an account that its password is asked for, and takes no Idempotency-Key', async () => {
      const { email } = await signUp()
      const again = { email, name: 'Gavin', organization: 'Hooli' }
      const refused = await post('/auth/sign-up', { ...again, password: 'a different word altogether' })
      expect([refused.status, refused.body.detail]).toEqual([
        401,
        'This e-mail address has an account: give its password.',
      ])
      const keyed = await post('/auth/sign-up', { ...again, password }, { idempotencyKey: 'once' })
      expect([keyed.status, keyed.body.detail]).toEqual([400, 'This operation takes no `Idempotency-Key`.'])
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

  describe('the tenant', () => {
    test('may be that of the host', async () => {
      const { email, body } = await signUp()
      const host = `${body.tenant.slug}.localhost:3000`
      expect((await post('/auth/sign-in', { email, password }, { host })).body.tenant).toEqual(body.tenant)
      const both = await post('/auth/sign-in', { email, password, tenant: body.tenant.slug }, { host })
      expect(both.body.tenant).toEqual(body.tenant)
    })

    test('when host and field disagree there is nothing there, whatever the password', async () => {
      const [one, other] = [await signUp(), await signUp()]
      const host = `${one.body.tenant.slug}.localhost`
      const answers = []
      for (const tenant of [other.body.tenant.slug, other.body.tenant.id, 'no-such-tenant'])
        for (const pass of [password, 'not the right one'])
          answers.push(withoutId(await post('/auth/sign-in', { email: one.email, password: pass, tenant }, { host })))
      expect(answers[0]!.body.code).toBe('http.not_found')
      expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1)
    })

    test('of somebody else is as closed as with a wrong password', async () => {
      const [one, other] = [await signUp(), await signUp()]
      const host = `${other.body.tenant.slug}.localhost`
      const closed = await post('/auth/sign-in', { email: one.email, password }, { host })
      const wrong = await post('/auth/sign-in', { email: one.email, password: 'not the right one' }, { host })
      expect(closed.status).toBe(401)
      expect(withoutId(closed)).toEqual(withoutId(wrong))
    })

    test('of a token is its own: at another tenant’s host there is nothing', async () => {
      const [one, other] = [await signUp(), await signUp()]
      const at = (slug: string) =>
        call('GET', '/api/v1/members', undefined, { token: one.body.accessToken, host: `${slug}.localhost` })
      expect((await at(one.body.tenant.slug)).status).toBe(200)
      expect((await at(other.body.tenant.slug)).status).toBe(404)
    })
  })

  test('too many attempts are told when to come again', async () => {
    const { email } = await signUp()
    const guess = () => post('/auth/sign-in', { email, password: 'not the right one' }, { from: '127.0.0.77' })
    const answers = await Promise.all(Array.from({ length: 25 }, guess))
    const refused = answers.filter(({ status }) => status === 429)
    expect(refused).toHaveLength(5)
    for (const { headers, body } of refused) {
      expect(Number(headers['retry-after'])).toBeGreaterThan(800)
      expect(body.code).toBe('identity.too_many_attempts')
    }
    expect((await post('/auth/sign-in', { email, password })).status).toBe(200)
  })

  test('hostile input is refused as invalid, never as an error of ours', async () => {
    const texts = ['', '\0', '\ud800', '<x>', "' or 1=1 --", 'x'.repeat(10_000), '../..', '${7*7}', '%00', '\u202e']
    const statuses = new Set<number>()
    for (const hostile of texts)
      for (const [path, body] of [
        ['/auth/sign-up', { email: hostile, password, name: 'A', organization: 'A' }],
        ['/auth/sign-up', { email: `${fresh()}@b.example`, password: hostile, name: 'A', organization: 'A' }],
        ['/auth/sign-up', { email: `${fresh()}@b.example`, password, name: 'A', organization: 'A', slug: hostile }],
        ['/auth/sign-in', { email: hostile, password }],
        ['/auth/sign-in', { email: `${fresh()}@b.example`, password: hostile, tenant: hostile }],
        ['/auth/refresh', { refreshToken: hostile }],
        ['/auth/invitations/accept', { token: hostile, name: hostile, password: hostile }],
      ] as const)
        statuses.add((await post(path, body)).status)
    // Some of it is a password like any other.
    expect(Math.max(...statuses)).toBeLessThan(500)
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
