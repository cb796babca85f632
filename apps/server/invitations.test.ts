/** Invitations over HTTP: from the mailbox's link to a member who is signed in. */
import { randomBytes } from 'node:crypto'
import { modules } from '@rowhouse/helpdesk'
import { postgres15, postgres18, server } from '@rowhouse/testing'
import { asClient, type Tier, urlOf } from '@rowhouse/tenancy'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Answer, type HttpCall, httpCall, withoutId } from './http-call.fixture.ts'
import { startTestPlatform, type TestPlatform, type TestTenant } from './test-platform.ts'

const password = 'a quiet row of houses'
const fresh = () => randomBytes(4).toString('hex')

describe.each([postgres18, postgres15])('on $name', (postgres) => {
  let running: TestPlatform
  let adminUrl: string
  beforeAll(async () => {
    adminUrl = await server(postgres)
    running = await startTestPlatform(adminUrl, modules)
  })
  afterAll(() => running?.stop())

  const call: HttpCall = (...asked) => httpCall(running.origin)(...asked)
  const tenantIn = (tier: Tier) => running.tenants.find((tenant) => tenant.tier === tier)!
  const invite = (token: string, body: object) => call('POST', '/api/v1/invitations', body, { token })
  const accept = (body: object) => call('POST', '/auth/invitations/accept', body)
  const lookUp = (token: string, host?: string) =>
    call('POST', '/auth/invitations/look-up', { token }, host === undefined ? {} : { host })
  const lettersTo = async (email: string) => {
    const { body } = await call('GET', '/mailbox.json')
    return (body.items as { to: string; text: string }[]).filter(({ to }) => to === email)
  }
  /** The token in the newest letter. */
  const tokenFor = async (email: string) => /#(rhi_[\w-]{64})\s/.exec((await lettersTo(email))[0]!.text)![1]!
  const invited = async (tenant: TestTenant, role = 'member') => {
    const email = `bo-${fresh()}@guests.example`
    const { body } = await invite(tenant.key, { email, role })
    return { id: body.id as string, email, token: await tokenFor(email) }
  }
  const signUp = async () => {
    const email = `gavin-${fresh()}@hooli.example`
    const answer = await call('POST', '/auth/sign-up', { email, password, name: 'Gavin', organization: 'Hooli' })
    return { email, ...(answer.body as { accessToken: string; tenant: { id: string; slug: string } }) }
  }

  describe.each(['shared', 'schema', 'database'] as const)('in the %s tier', (tier) => {
    test('whoever opens the link becomes a member and is signed in', async () => {
      const tenant = tenantIn(tier)
      const { email, token } = await invited(tenant)
      const { status, body } = await accept({ token, name: 'Bo', password })
      expect(status).toBe(200)
      expect(body).toMatchObject({ tenant: { id: tenant.id }, member: { email, name: 'Bo', role: 'member' } })
      const members = await call('GET', '/api/v1/members', undefined, { token: body.accessToken })
      expect(members.body.items.map((member: { id: string }) => member.id)).toContain(body.member.id)
      const again = await call('POST', '/auth/sign-in', { email, password })
      expect(again.body).toMatchObject({ tenant: { id: tenant.id }, member: { id: body.member.id } })
    })

    test('of fifty who open one link at once one gets in', async () => {
      const { email, token } = await invited(tenantIn(tier))
      const answers = await Promise.all(Array.from({ length: 50 }, () => accept({ token, name: 'Bo', password })))
      const statuses = answers.map(({ status }) => status)
      expect(statuses.filter((status) => status === 200)).toHaveLength(1)
      expect(statuses.filter((status) => status >= 500)).toEqual([])
      const members = await call('GET', '/api/v1/members?limit=100', undefined, { token: tenantIn(tier).key })
      expect(members.body.items.filter((member: { email: string }) => member.email === email)).toHaveLength(1)
    })
  })

  test('the link leads to the platform’s own host, whatever host was asked', async () => {
    const { accessToken, tenant } = await signUp()
    const email = `bo-${fresh()}@guests.example`
    const options = { token: accessToken, host: `${tenant.slug}.localhost` }
    expect((await call('POST', '/api/v1/invitations', { email }, options)).status).toBe(201)
    expect((await lettersTo(email))[0]!.text).toContain(`\n${running.origin}/invitation#rhi_`)
  })

  test('a link that was used, replaced, revoked, expired, or made up is one answer', async () => {
    const tenant = tenantIn('shared')
    const [used, replaced, revoked, expired] = [
      await invited(tenant),
      await invited(tenant),
      await invited(tenant),
      await invited(tenant),
    ]
    await accept({ token: used.token, name: 'Bo', password })
    const resent = await call('POST', `/api/v1/invitations/${replaced.id}/resend`, undefined, { token: tenant.key })
    expect(resent.status).toBe(200)
    const revoking = await call('DELETE', `/api/v1/invitations/${revoked.id}`, undefined, { token: tenant.key })
    expect(revoking.status).toBe(204)
    await asClient(urlOf(adminUrl, running.database.names.controlDatabase), (client) =>
      client.query('update control.invitations set expires_at = now() where id = $1', [expired.id]),
    )
    const madeUp = `rhi_${Buffer.concat([Buffer.from(tenant.id.replaceAll('-', ''), 'hex'), randomBytes(32)]).toString('base64url')}`
    const answers: Answer[] = []
    for (const token of [used.token, replaced.token, revoked.token, expired.token, madeUp, 'rhi_nonsense', 'x'])
      answers.push(await accept({ token, name: 'Bo', password }))
    expect(answers[0]!.status).toBe(404)
    for (const token of [used.token, replaced.token, revoked.token, expired.token, madeUp, 'rhi_nonsense', 'x'])
      answers.push(await lookUp(token))
    expect(new Set(answers.map((answer) => JSON.stringify(withoutId(answer)))).size).toBe(1)
    expect((await accept({ token: await tokenFor(replaced.email), name: 'Bo', password })).status).toBe(200)
  })

  test('whoever holds the link sees to what it invites, and whether there is an account', async () => {
    const { accessToken: key, tenant, email: known } = await signUp()
    const email = `bo-${fresh()}@guests.example`
    const { expiresAt } = (await invite(key, { email, role: 'admin' })).body
    const seen = await lookUp(await tokenFor(email))
    const { id, slug } = tenant
    const invitation = { tenant: { id, slug, name: 'Hooli' }, email, role: 'admin', expiresAt, hasAccount: false }
    expect([seen.status, seen.body]).toEqual([200, invitation])

    await invite(tenantIn('shared').key, { email: known })
    const token = await tokenFor(known)
    expect((await lookUp(token)).body).toMatchObject({ email: known, hasAccount: true })
    expect((await lookUp(token, `${tenantIn('shared').slug}.localhost`)).status).toBe(200)
    expect((await lookUp(token, `${slug}.localhost`)).status).toBe(404)
  })

  test('an address is invited once, listed until accepted, and no member is invited', async () => {
    const { accessToken: token } = await signUp()
    const email = `bo-${fresh()}@guests.example`
    expect((await invite(token, { email })).status).toBe(201)
    expect((await invite(token, { email })).body.code).toBe('identity.already_invited')
    const list = () => call('GET', '/api/v1/invitations', undefined, { token })
    expect((await list()).body.items).toMatchObject([{ email, role: 'member' }])
    await accept({ token: await tokenFor(email), name: 'Bo', password })
    expect((await list()).body.items).toEqual([])
    expect((await invite(token, { email })).body.code).toBe('identity.already_member')
  })

  test('one that has expired is marked, and does not stand in the way of another', async () => {
    const { accessToken: token } = await signUp()
    const email = `bo-${fresh()}@guests.example`
    const { id } = (await invite(token, { email })).body
    await asClient(urlOf(adminUrl, running.database.names.controlDatabase), (client) =>
      client.query('update control.invitations set expires_at = now() where id = $1', [id]),
    )
    const list = async () => (await call('GET', '/api/v1/invitations', undefined, { token })).body.items
    expect(await list()).toMatchObject([{ id, expired: true }])
    expect((await invite(token, { email, role: 'admin' })).body).toMatchObject({ role: 'admin', expired: false })
    expect(await list()).toMatchObject([{ email, role: 'admin', expired: false }])
    expect((await accept({ token: await tokenFor(email), name: 'Bo', password })).body.member.role).toBe('admin')
  })

  test('the letter names who invites, when that is known', async () => {
    const { accessToken: token, email: owner } = await signUp()
    const email = `bo-${fresh()}@guests.example`
    await invite(token, { email })
    expect((await lettersTo(email))[0]!.text).toMatch(`Gavin (${owner}) invites you to join Hooli.`)
  })

  test('who has an account gives its password, and then belongs to both tenants', async () => {
    const [one, other] = [await signUp(), await signUp()]
    await invite(one.accessToken, { email: other.email })
    const token = await tokenFor(other.email)
    expect((await accept({ token })).body.code).toBe('identity.invitation_incomplete')
    const wrong = await accept({ token, password: 'not the right one' })
    expect([wrong.status, wrong.body.code]).toEqual([401, 'identity.credentials_refused'])
    expect((await accept({ token, password })).body).toMatchObject({ tenant: { id: one.tenant.id } })
    const asked = await call('POST', '/auth/sign-in', { email: other.email, password })
    expect([asked.status, asked.body.code]).toEqual([409, 'identity.tenant_not_chosen'])
    const slugs = asked.body.errors.map(({ detail }: { detail: string }) => detail)
    expect(slugs).toEqual([one.tenant.slug, other.tenant.slug].toSorted())
    const chosen = await call('POST', '/auth/sign-in', { email: other.email, password, tenant: one.tenant.slug })
    expect(chosen.body).toMatchObject({ tenant: { id: one.tenant.id }, member: { role: 'member' } })
  })

  test('an admin invites admins and members, but neither makes owners nor touches their invitations', async () => {
    const { accessToken: owner } = await signUp()
    const email = `ada-${fresh()}@guests.example`
    await invite(owner, { email, role: 'admin' })
    const { accessToken: admin } = (await accept({ token: await tokenFor(email), name: 'Ada', password })).body
    expect((await invite(admin, { email: `a-${email}`, role: 'admin' })).status).toBe(201)
    expect((await invite(admin, { email: `o-${email}`, role: 'owner' })).body.code).toBe('identity.owners_only')
    const { id } = (await invite(owner, { email: `o-${email}`, role: 'owner' })).body
    for (const [method, path] of [
      ['POST', `/api/v1/invitations/${id}/resend`],
      ['DELETE', `/api/v1/invitations/${id}`],
    ] as const)
      expect((await call(method, path, undefined, { token: admin })).body.code).toBe('identity.owners_only')
  })

  test('a member may neither invite nor make keys, and may use the product', async () => {
    const { token } = await invited(tenantIn('shared'))
    const { accessToken: member } = (await accept({ token, name: 'Bo', password })).body
    expect((await invite(member, { email: 'x@guests.example' })).status).toBe(403)
    expect((await call('GET', '/api/v1/api-keys', undefined, { token: member })).status).toBe(403)
    expect((await call('GET', '/api/v1/tickets', undefined, { token: member })).status).toBe(200)
  })

  test('a member of a tenant that an operator made is invited as what they are, and can then sign in', async () => {
    const tenant = tenantIn('schema')
    const email = `owner@${tenant.slug}.example`
    expect((await invite(tenant.key, { email })).body.role).toBe('owner')
    const { body } = await accept({ token: await tokenFor(email), name: 'Another name', password })
    expect(body.member).toEqual({ id: tenant.ownerId, email, name: `Owner of ${tenant.slug}`, role: 'owner' })
  })

  test('no invitation that was revoked while it was being accepted leaves a member behind', async () => {
    const tenant = tenantIn('shared')
    for (let n = 0; n < 10; n += 1) {
      const { id, email, token } = await invited(tenant)
      const [accepted, revoked] = await Promise.all([
        accept({ token, name: 'Bo', password }),
        call('DELETE', `/api/v1/invitations/${id}`, undefined, { token: tenant.key }),
      ])
      expect([accepted.status, revoked.status].toSorted((one, other) => one - other)).toEqual(
        accepted.status === 200 ? [200, 404] : [204, 404],
      )
      const members = await call('GET', '/api/v1/members?limit=100', undefined, { token: tenant.key })
      const found = members.body.items.filter((member: { email: string }) => member.email === email)
      expect(found).toHaveLength(accepted.status === 200 ? 1 : 0)
    }
  })

  test('an invitation that is sent twice with one key is one invitation', async () => {
    const { accessToken: token } = await signUp()
    const body = { email: `bo-${fresh()}@guests.example` }
    const key = { token, idempotencyKey: `invite-${fresh()}` }
    const [one, other] = [
      await call('POST', '/api/v1/invitations', body, key),
      await call('POST', '/api/v1/invitations', body, key),
    ]
    expect([one.status, other.status]).toEqual([201, 201])
    expect(other.body).toEqual(one.body)
    expect(await lettersTo(body.email)).toHaveLength(1)
  })

  test('hostile words in a letter are shown as words', async () => {
    await running.platform.mail.send({
      to: 'a@b.example',
      subject: '<script>alert(1)</script>',
      text: `"'&<img src=x>`,
    })
    const { body, headers } = await call('GET', '/mailbox')
    expect(body).toContain('&lt;script&gt;alert(1)&lt;/script&gt;')
    expect(body).toContain('&quot;&#39;&amp;&lt;img src=x&gt;')
    expect(body).not.toMatch(/<script|<img/)
    expect(headers['content-security-policy']).toContain("default-src 'none'")
  })
})
