import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { postgres15, postgres18, server } from '@rowhouse/testing'
import { asClient, urlOf } from '@rowhouse/tenancy'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { die } from './dying.fixture.ts'
import { type IdentityNode, openIdentity, type OpenIdentity } from './identity.fixture.ts'

const password = 'a quiet row of houses'
const fresh = () => randomBytes(4).toString('hex')
const newEmail = () => `ada-${fresh()}@acme.example`

describe.each([postgres18, postgres15])('on $name', (postgres) => {
  let open: OpenIdentity
  let node: IdentityNode
  let adminUrl: string
  beforeAll(async () => {
    adminUrl = await server(postgres)
    open = await openIdentity(adminUrl)
    node = open.node()
  })
  afterAll(() => open?.stop())

  const signUp = (
    more: { email?: string; password?: string; slug?: string; organization?: string; address?: string } = {},
  ) =>
    node.people.signUp({
      email: newEmail(),
      password,
      name: 'Ada',
      organization: 'Acme',
      slug: undefined,
      address: '127.0.0.1',
      ...more,
    })
  const signIn = (email: string, tenant: string | null = null) =>
    node.people.signIn({ email, password, tenant, address: '127.0.0.1' })
  const rowsOf = async (email: string) => {
    const [row] = await open.admin<{ accounts: string; memberships: string }>(
      `select count(distinct a.id) as accounts, count(m.*) as memberships
       from control.accounts a left join control.memberships m on m.account_id = a.id where a.email = '${email}'`,
    )
    return { accounts: Number(row!.accounts), memberships: Number(row!.memberships) }
  }

  test('with the right password an account founds another tenant', async () => {
    const email = newEmail()
    const [one, other] = [await signUp({ email }), await signUp({ email })]
    expect(await rowsOf(email)).toEqual({ accounts: 1, memberships: 2 })
    await expect(signIn(email)).rejects.toMatchObject({ code: 'identity.tenant_not_chosen' })
    for (const { tenant } of [one, other]) expect((await signIn(email, tenant.slug)).tenant).toEqual(tenant)
  })

  test('of twenty who sign up with one address at once, each with a password of their own, one gets it', async () => {
    const email = newEmail()
    const answers = await Promise.allSettled(
      Array.from({ length: 20 }, (_, n) => signUp({ email, password: `password number ${n}` })),
    )
    const inside = answers.flatMap((answer, n) => (answer.status === 'fulfilled' ? [n] : []))
    expect(inside).toHaveLength(1)
    for (const answer of answers)
      if (answer.status === 'rejected')
        expect(['identity.credentials_refused', 'identity.too_many_attempts']).toContain(answer.reason.code)
    expect(await rowsOf(email)).toEqual({ accounts: 1, memberships: 1 })
    const winner = { email, password: `password number ${inside[0]}`, tenant: null, address: '127.0.0.2' }
    expect(await node.people.signIn(winner)).toMatchObject({ member: { email } })
  })

  test('who signs up while another with the same address is not yet done does not take the account over', async () => {
    const tenant = await open.tenant(`slow-${fresh()}`, 'shared')
    const url = urlOf(adminUrl, open.deployment.names.controlDatabase)
    const make = `select control.create_account(gen_random_uuid(), $1, 'Ada', $2) as id`
    const email = newEmail()
    const late = await asClient(url, (first) =>
      asClient(url, async (second) => {
        await first.query('begin')
        const { rows } = await first.query<{ id: string }>(make, [email, 'first'])
        const waiting = second.query<{ id: string | null }>(make, [email, 'second'])
        await first.query('insert into control.memberships (account_id, tenant, member_id) values ($1, $2, $1)', [
          rows[0]!.id,
          tenant.id,
        ])
        await sleep(200)
        await first.query('commit')
        return (await waiting).rows[0]!.id
      }),
    )
    expect(late).toBeNull()
  })

  test('of twenty who want one slug at once one gets it, and of the others nothing is left', async () => {
    const slug = `wanted-${fresh()}`
    const emails = Array.from({ length: 20 }, newEmail)
    const answers = await Promise.allSettled(emails.map((email) => signUp({ email, slug })))
    const codes = answers.map((answer) => (answer.status === 'fulfilled' ? 'in' : String(answer.reason.code)))
    expect(codes.toSorted()).toEqual(['in', ...Array<string>(19).fill('tenancy.slug_taken')])
    const kept = await Promise.all(emails.map(rowsOf))
    expect(kept.reduce((sum, { accounts }) => sum + accounts, 0)).toBe(1)
  })

  test('a taken slug is the same answer, whether or not the address has an account', async () => {
    const [{ tenant }, email] = [await signUp(), newEmail()]
    await signUp({ email })
    for (const tried of [email, newEmail()])
      for (const pass of [password, 'not the right one'])
        await expect(signUp({ email: tried, password: pass, slug: tenant.slug })).rejects.toMatchObject({
          code: 'tenancy.slug_taken',
          status: 409,
        })
  })

  test('one network that floods waits in its own line and is refused beyond; another is served among the next', async () => {
    const done: string[] = []
    const make = (n: number) => ({ slug: `flood-${fresh()}-${n}`, name: 'Flood', tier: 'shared' }) as const
    const flood = Array.from({ length: 60 }, (_, n) =>
      open.tenants
        .create(make(n), async () => {}, '127.0.0.1')
        .then(
          () => done.push('flood'),
          ({ code }: { code: string }) => code,
        ),
    )
    const elsewhere = signUp({ address: '192.0.2.7' }).then(() => done.push('elsewhere'))
    await expect(signUp({ address: '127.0.0.1' })).rejects.toMatchObject({
      code: 'tenancy.provisioning_busy',
      status: 503,
      retryAfterS: 5,
    })
    await elsewhere
    const answers = await Promise.all(flood)
    expect(answers.filter((answer) => answer === 'tenancy.provisioning_busy')).toHaveLength(26)
    expect(done).toHaveLength(35)
    expect(done.indexOf('elsewhere')).toBeLessThan(20)
  })

  test.each([
    'tenancy.provision.reserved',
    'tenancy.provision.built',
    'tenancy.provision.moved-in',
    'identity.sign-up.member-made',
    'identity.sign-up.account-made',
    'tenancy.provision.furnished',
  ])('killed at %s, it is as if nobody had signed up: they can again', async (crashAt) => {
    const [email, slug] = [newEmail(), `died-${fresh()}`]
    // With another password too, once what was left has been repaired, which a start does.
    const repairedFirst = crashAt.startsWith('identity')
    const chosen = repairedFirst ? 'the first password' : password
    await die({ deployment: open.deployment, crashAt, act: { signUp: { email, slug, password: chosen } } })
    await expect(signIn(email)).rejects.toMatchObject({ code: 'identity.credentials_refused' })
    if (repairedFirst) expect(await open.tenants.repair()).toBe(1)
    expect((await signUp({ email, slug })).tenant.slug).toBe(slug)
    expect((await signIn(email)).tenant.slug).toBe(slug)
    expect(await rowsOf(email)).toEqual({ accounts: 1, memberships: 1 })
    expect(await open.tenants.repair()).toBe(0)
  })

  test.each([
    ['Müller & Söhne', /^muller-sohne$/],
    ['  The Ørsted Company of 1863, Limited and Partners ', /^the-rsted-company-of-1863-limi$/],
    ['株式会社', /^team-[0-9a-f]{6}$/],
    ['42', /^team-[0-9a-f]{6}$/],
    ['Admin', /^team-admin-[0-9a-f]{6}$/],
    ['---', /^team-[0-9a-f]{6}$/],
    ['"; drop table --', /^drop-table$/],
  ])('%o has a slug', async (organization, slug) => {
    expect((await signUp({ organization })).tenant).toMatchObject({
      name: organization,
      slug: expect.stringMatching(slug),
    })
  })

  test.each([
    'short',
    'ninechars',
    'aaaaaaaaaaaaaaaa',
    'abababababab',
    'Password123',
    'QWERTYUIOP',
    'correcthorsebatterystaple',
    'x1y2z3w4'.repeat(26),
    'é1ü2ö3'.repeat(34),
    '一排安静的房子啊九',
    '🏠🏡🏘🌳🌲🌴🚪🪟🧱',
    'self@acme.example',
  ])('%o is refused as a password', async (weak) => {
    await expect(signUp({ password: weak, email: 'self@acme.example' })).rejects.toMatchObject({
      code: 'identity.password_refused',
      status: 400,
      errors: [{ pointer: '/password' }],
    })
  })

  test('its length is that of its characters, however many bytes they take', async () => {
    for (const chosen of ['一排非常安静的老房子', 'é1ü2ö3'.repeat(33)])
      expect(await signUp({ password: chosen })).toMatchObject({ expiresIn: 600 })
  })

  test('a password typed on another machine is the same password', async () => {
    const email = newEmail()
    await signUp({ email, password: 'Ünïcödé pass'.normalize('NFC') })
    const decomposed = { email, password: 'Ünïcödé pass'.normalize('NFD'), tenant: null, address: '127.0.0.1' }
    expect(await node.people.signIn(decomposed)).toMatchObject({ member: { email } })
  })

  test('a password is kept as argon2id with the parameters that OWASP recommends', async () => {
    const email = newEmail()
    await signUp({ email })
    const [row] = await open.admin<{ hash: string }>(
      `select password_hash as hash from control.accounts where email = '${email}'`,
    )
    expect(row!.hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[\w+/]{22}\$[\w+/]{43}$/)
  })
})
