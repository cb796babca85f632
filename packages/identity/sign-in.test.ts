import { randomBytes } from 'node:crypto'
import { postgres15, postgres18, server } from '@rowhouse/testing'
import { asClient, urlOf } from '@rowhouse/tenancy'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type IdentityNode, openIdentity, type OpenIdentity } from './identity.fixture.ts'

const password = 'a quiet row of houses'
const refused = { code: 'identity.credentials_refused', status: 401 }
const tooMany = { code: 'identity.too_many_attempts', status: 429 }

describe.each([postgres18, postgres15])('on $name', (postgres) => {
  let open: OpenIdentity
  let node: IdentityNode
  beforeAll(async () => {
    open = await openIdentity(await server(postgres))
    node = open.node()
  })
  afterAll(() => open?.stop())

  const fresh = () => randomBytes(4).toString('hex')
  const address = () => `10.${[...randomBytes(3)].join('.')}`
  const nobody = () => `nobody-${fresh()}@acme.example`
  const signUp = async (more: { email?: string; password?: string; address?: string } = {}) => {
    const newcomer = { email: `ada-${fresh()}@acme.example`, password, name: 'Ada', address: address(), ...more }
    return { ...newcomer, ...(await node.people.signUp({ ...newcomer, organization: 'Acme', slug: undefined })) }
  }
  const signIn = (email: string, pass: string, from = address(), tenant: string | null = null) =>
    node.people.signIn({ email, password: pass, address: from, tenant })
  const outcome = (work: Promise<unknown>) =>
    work.then(
      () => 'in',
      (error: { code: string }) => error.code,
    )

  test('no account, a wrong password, and a tenant one does not belong to are one answer', async () => {
    const [one, other] = [await signUp(), await signUp()]
    const errors = await Promise.all(
      [
        signIn(nobody(), password),
        signIn(one.email, 'not the right one'),
        signIn(one.email, password, address(), other.tenant.slug),
        signIn(one.email, password, address(), other.tenant.id),
        signIn(one.email, password, address(), 'no-such-tenant'),
      ].map((work) => work.then(String, (error: { code: string; detail: string }) => `${error.code} ${error.detail}`)),
    )
    expect(new Set(errors)).toEqual(new Set([expect.stringContaining(refused.code)]))
    // Signing up tells by its success that an address is free; so it may as well say what to do when it is not.
    await expect(signUp({ email: one.email, password: 'not the right one' })).rejects.toMatchObject({
      code: refused.code,
      detail: 'This e-mail address has an account: give its password.',
    })
  })

  test('and they take the same time', async () => {
    const { email } = await signUp()
    const times = { known: [] as number[], unknown: [] as number[] }
    for (let n = 0; n < 40; n += 1)
      for (const kind of ['known', 'unknown'] as const) {
        const began = performance.now()
        await outcome(signIn(kind === 'known' ? email : nobody(), 'not the right one'))
        times[kind].push(performance.now() - began)
      }
    // Of all pairs, in how many the known one was slower: a half, give or take 0.065 (Mann and Whitney).
    const pairs = times.known.flatMap((one) => times.unknown.map((other) => (one > other ? 1 : 0) as number))
    const share = pairs.reduce((sum, each) => sum + each, 0) / pairs.length
    expect(share).toBeGreaterThan(0.25)
    expect(share).toBeLessThan(0.75)
  })

  test('a guesser at one address has twenty attempts, whether or not there is an account', async () => {
    const { email } = await signUp()
    for (const tried of [email, nobody()]) {
      const from = address()
      for (let n = 0; n < 20; n += 1) await expect(signIn(tried, `guess ${n}`, from)).rejects.toMatchObject(refused)
      await expect(signIn(tried, password, from)).rejects.toMatchObject({ ...tooMany, retryAfterS: expect.any(Number) })
    }
    expect(await signIn(email, password)).toMatchObject({ expiresIn: 600 })
  })

  test('guesses made at once are all counted', async () => {
    const { email } = await signUp()
    const from = address()
    const guesses = Array.from({ length: 60 }, (_, n) => outcome(signIn(email, `guess ${n}`, from)))
    const answers = await Promise.all(guesses)
    expect(answers.filter((answer) => answer === refused.code)).toHaveLength(20)
    expect(answers.filter((answer) => answer === tooMany.code)).toHaveLength(40)
  })

  test('guessers everywhere do not lock out somebody where they have signed in before', async () => {
    const { email } = await signUp()
    const home = address()
    await signIn(email, password, home)
    const guesses = Array.from({ length: 110 }, (_, n) => outcome(signIn(email, `guess ${n}`)))
    expect((await Promise.all(guesses)).filter((answer) => answer === refused.code).length).toBeLessThanOrEqual(100)
    await expect(signIn(email, password)).rejects.toMatchObject(tooMany)
    for (let n = 0; n < 3; n += 1) expect(await signIn(email, password, home)).toMatchObject({ expiresIn: 600 })
    // Not even when the address itself is where somebody guesses at others.
    await Promise.all(Array.from({ length: 210 }, () => outcome(signIn(nobody(), 'a guess', home))))
    await expect(signIn(nobody(), password, home)).rejects.toMatchObject(tooMany)
    expect(await signIn(email, password, home)).toMatchObject({ expiresIn: 600 })
  })

  test('nor where they signed up or accepted an invitation, from the first day on', async () => {
    const home = address()
    const founder = await signUp({ address: home })
    const inviter = { tenantId: founder.tenant.id, memberId: founder.member.id }
    const { email: guest } = await node.people.invitations.create(inviter, { email: nobody(), role: 'member' })
    const token = /#(rhi_[\w-]{64})\n/.exec(node.letters.at(-1)!.text)![1]!
    await node.people.acceptInvitation({ token, name: 'Bo', password, address: home, hostTenantId: null })
    for (const email of [founder.email, guest]) {
      await Promise.all(Array.from({ length: 110 }, (_, n) => outcome(signIn(email, `guess ${n}`))))
      await expect(signIn(email, password)).rejects.toMatchObject(tooMany)
      expect(await signIn(email, password, home)).toMatchObject({ expiresIn: 600 })
    }
  })

  test('signing up is no way to guess either', async () => {
    const { email } = await signUp()
    const from = address()
    for (let n = 0; n < 20; n += 1)
      await expect(signUp({ email, password: `guess number ${n}`, address: from })).rejects.toMatchObject(refused)
    await expect(signUp({ email, address: from })).rejects.toMatchObject(tooMany)
  })

  test('who signs in again and again is not counted', async () => {
    const { email } = await signUp()
    const from = address()
    for (let n = 0; n < 25; n += 1) expect(await signIn(email, password, from)).toMatchObject({ expiresIn: 600 })
  })

  test('a window ends after a quarter of an hour', async () => {
    const { email } = await signUp()
    const from = address()
    for (let n = 0; n < 21; n += 1) await outcome(signIn(email, `guess ${n}`, from))
    await open.admin(`update control.attempts set window_ends = window_ends - interval '15 minutes'`)
    expect(await signIn(email, password, from)).toMatchObject({ expiresIn: 600 })
  })

  test('of IPv6 a whole network is one address', async () => {
    const { email } = await signUp()
    const network = `2001:db8:${fresh().slice(4)}`
    for (let n = 0; n < 20; n += 1) await outcome(signIn(email, `guess ${n}`, `${network}::${n}`))
    await expect(signIn(email, password, `${network}:0:1:2:3:4`)).rejects.toMatchObject(tooMany)
    expect(await signIn(email, password, `${network}:1::1`)).toMatchObject({ expiresIn: 600 })
  })

  test('an attempt costs the same with 50,000 trusted rows', async () => {
    const [read] = await asClient(
      urlOf(await server(postgres), open.deployment.names.controlDatabase),
      async (client) => {
        await client.query(`insert into control.attempts (key, count, window_ends, trusted_until)
        select sha256(n::text::bytea), 0, now() - interval '2 days', now() + interval '80 days'
        from generate_series(1, 50000) n`)
        await client.query('analyze control.attempts')
        await client.query('begin')
        await client.query(`select control.count_attempt(array[sha256('somebody')], array[20])`)
        const { rows } = await client.query<{ rows: string }>(
          `select seq_tup_read + idx_tup_fetch as rows from pg_stat_xact_user_tables where relid = 'control.attempts'::regclass`,
        )
        await client.query('rollback')
        await client.query(`delete from control.attempts where window_ends < now() - interval '1 day'`)
        return rows
      },
    )
    expect(Number(read!.rows)).toBeLessThan(50)
  })

  test('what is counted names nobody, and is swept', async () => {
    const from = '203.0.113.9'
    const email = nobody()
    await outcome(signIn(email, password, from))
    const rows = await open.admin<{ line: string }>('select a::text as line from control.attempts a')
    for (const { line } of rows) for (const trace of [email, from]) expect(line).not.toContain(trace)
    await open.admin(`update control.attempts set window_ends = now() - interval '2 hours', trusted_until = null`)
    for (let n = 0; n < rows.length; n += 1) await outcome(signIn(email, password, from))
    const [left] = await open.admin<{ count: string }>('select count(*) from control.attempts')
    expect(Number(left!.count)).toBeLessThan(10)
  })
})
