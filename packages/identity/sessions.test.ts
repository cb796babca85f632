import { randomBytes } from 'node:crypto'
import { postgres15, postgres18, server } from '@rowhouse/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { die } from './dying.fixture.ts'
import { type IdentityNode, openIdentity, type OpenIdentity } from './identity.fixture.ts'

const over = { code: 'identity.session_over', status: 401 }
const hostile = [
  '',
  'rht_',
  'null',
  '\0',
  `rht_${'A'.repeat(86)}`,
  `rht_${'A'.repeat(85)}B`,
  `rht_${'A'.repeat(85)}`,
  `rhk_${'A'.repeat(64)}`,
  `rht_${"' or true; --".padEnd(86, 'A')}`,
  'x'.repeat(1_000_000),
]

describe.each([postgres18, postgres15])('on $name', (postgres) => {
  let open: OpenIdentity
  let nodes: readonly [IdentityNode, IdentityNode]
  beforeAll(async () => {
    open = await openIdentity(await server(postgres))
    nodes = [open.node(), open.node()]
  })
  afterAll(() => open?.stop())

  const refresh = (token: string, node = nodes[0]) => node.people.refresh(token, null)
  const password = 'a quiet row of houses'
  const signUp = async () => {
    const email = `ada-${randomBytes(5).toString('hex')}@acme.example`
    const newcomer = { email, password, name: 'Ada', organization: 'Acme', slug: undefined, address: '127.0.0.1' }
    return nodes[0].people.signUp(newcomer)
  }
  const first = async () => (await signUp()).refreshToken
  /** Moves what the database remembers of a session into the past. */
  const age = (column: string, seconds: number) =>
    open.admin(`update control.sessions set ${column} = ${column} - interval '${seconds} seconds'`)
  /** The tokens of a session, one after the other. */
  const line = async (length: number) => {
    const tokens = [await first()]
    while (tokens.length < length) tokens.push((await refresh(tokens.at(-1)!)).refreshToken)
    return tokens
  }

  test('each renewal gives the next token, and a member’s role as it is now', async () => {
    const { refreshToken, tenant } = await signUp()
    const renewed = await refresh(refreshToken)
    expect(renewed.refreshToken).not.toBe(refreshToken)
    expect(await nodes[1].accessTokens.verify(renewed.accessToken)).toMatchObject({
      tenantId: tenant.id,
      role: 'owner',
    })
    expect((await refresh(renewed.refreshToken, nodes[1])).refreshToken).not.toBe(renewed.refreshToken)
  })

  test.each([2, 20, 200])('%i renewals of one token at once over two nodes have one successor', async (width) => {
    const token = await first()
    const answers = await Promise.all(Array.from({ length: width }, (_, at) => refresh(token, nodes[at % 2])))
    expect(new Set(answers.map(({ refreshToken }) => refreshToken)).size).toBe(1)
    const { refreshToken } = answers[0]!
    expect((await refresh(refreshToken)).refreshToken).not.toBe(refreshToken)
  })

  test('whose answer was lost asks again with the same token, for ten seconds', async () => {
    const token = await first()
    const { refreshToken: lost } = await refresh(token)
    await age('rotated_at', 9)
    expect((await refresh(token, nodes[1])).refreshToken).toBe(lost)
    await age('rotated_at', 1)
    await expect(refresh(token)).rejects.toMatchObject(over)
    await expect(refresh(lost)).rejects.toMatchObject(over)
  })

  test('while the tenant’s database is away no token is spent: whoever asks again later is answered', async () => {
    const token = await first()
    const { sharedDatabase } = open.deployment.names
    await open.admin(`alter database ${sharedDatabase} allow_connections false`)
    await open.admin(`select pg_terminate_backend(pid) from pg_stat_activity where datname = '${sharedDatabase}'`)
    await expect(refresh(token)).rejects.toThrow()
    await age('rotated_at', 60)
    await open.admin(`alter database ${sharedDatabase} allow_connections true`)
    expect((await refresh(token, nodes[1])).refreshToken).not.toBe(token)
  })

  test('killed between renewal and answer, the same token gives the successor of then', async () => {
    const token = await first()
    const crashAt = 'identity.refresh.rotated'
    await die({ deployment: open.deployment, crashAt, act: { refresh: token } })
    const { refreshToken } = await refresh(token)
    expect((await refresh(refreshToken, nodes[1])).refreshToken).not.toBe(refreshToken)
  })

  test('killed between sign-out and answer, the session is over', async () => {
    const token = await first()
    const crashAt = 'identity.sign-out.revoked'
    await die({ deployment: open.deployment, crashAt, act: { signOut: token } })
    await expect(refresh(token)).rejects.toMatchObject(over)
  })

  test.each([2, 3, 5, 20])(
    'a token of %i generations ago ends the session, however soon, and it is logged',
    async (depth) => {
      const tokens = await line(depth + 1)
      const logged = nodes[1].logged.length
      await expect(refresh(tokens[0]!, nodes[1])).rejects.toMatchObject(over)
      await expect(refresh(tokens.at(-1)!)).rejects.toMatchObject(over)
      expect(nodes[1].logged.slice(logged).join('')).toContain('"event":"session.reused"')
      for (const token of tokens) expect(nodes[1].logged.join('')).not.toContain(token.slice(4))
    },
  )

  test('who knows a session’s id alone cannot end it', async () => {
    const token = await first()
    const bytes = Buffer.from(token.slice(4), 'base64url')
    const forged = Buffer.concat([bytes.subarray(0, 32), randomBytes(32)])
    await expect(refresh(`rht_${forged.toString('base64url')}`)).rejects.toMatchObject(over)
    expect(await refresh(token)).toMatchObject({ expiresIn: 600 })
  })

  test('a token with another tenant’s id in it is worth nothing, and nor is one at another tenant’s host', async () => {
    const [mine, other] = [await signUp(), await signUp()]
    const bytes = Buffer.from(mine.refreshToken.slice(4), 'base64url')
    const spliced = Buffer.concat([Buffer.from(other.tenant.id.replaceAll('-', ''), 'hex'), bytes.subarray(16)])
    await expect(refresh(`rht_${spliced.toString('base64url')}`)).rejects.toMatchObject(over)
    await expect(nodes[0].people.refresh(mine.refreshToken, other.tenant.id)).rejects.toMatchObject(over)
    await nodes[0].people.signOut(mine.refreshToken, other.tenant.id)
    expect(await nodes[0].people.refresh(mine.refreshToken, mine.tenant.id)).toMatchObject({ expiresIn: 600 })
  })

  test('what is no token is refused without an error, whatever it is', async () => {
    for (const text of hostile) {
      await expect(refresh(text)).rejects.toMatchObject(over)
      await nodes[0].people.signOut(text, null)
    }
  })

  test('signed out is signed out, also with an old token, and however often it is said', async () => {
    for (const at of [0, 2, 4]) {
      const tokens = await line(5)
      for (let n = 0; n < 2; n += 1) await nodes[1].people.signOut(tokens[at]!, null)
      for (const token of tokens) await expect(refresh(token)).rejects.toMatchObject(over)
    }
  })

  test('no token is live after a sign-out that raced renewals', async () => {
    for (let n = 0; n < 12; n += 1) {
      const token = await first()
      const [answers] = await Promise.all([
        Promise.allSettled([0, 1, 0, 1].map((at) => refresh(token, nodes[at]))),
        nodes[n % 2]!.people.signOut(token, null),
      ])
      const given = answers.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value.refreshToken] : []))
      for (const each of [token, ...given]) await expect(refresh(each)).rejects.toMatchObject(over)
    }
  })

  test('a session ends after 30 days without a renewal, and after 90 in any case', async () => {
    const day = 24 * 3_600
    const idle = await first()
    await age('rotated_at', 30 * day - 60)
    const { refreshToken: renewed } = await refresh(idle)
    await age('rotated_at', 30 * day)
    await expect(refresh(renewed)).rejects.toMatchObject(over)
    const old = await first()
    await age('created_at', 90 * day - 60)
    const { refreshToken: last } = await refresh(old)
    await age('created_at', 60)
    await expect(refresh(last)).rejects.toMatchObject(over)
  })

  test('sessions that are past are swept when their person signs in again', async () => {
    const { member, tenant } = await signUp()
    await age('rotated_at', 30 * 24 * 3_600)
    await nodes[0].people.signIn({ email: member.email, password, tenant: null, address: '127.0.0.1' })
    const kept = await open.admin(`select from control.sessions where tenant_id = '${tenant.id}'`)
    expect(kept).toHaveLength(1)
  })

  test('after AUTH_KEY has changed a session goes on, and a lost answer is given again', async () => {
    const { authKey } = open.deployment
    const rotated = open.node({ authKey: `${randomBytes(32).toString('hex')},${authKey}` })
    const token = await first()
    const { refreshToken: lost } = await refresh(token)
    const again = await refresh(token, rotated)
    expect(again.refreshToken).toBe(lost)
    const next = await refresh(lost, rotated)
    expect(await rotated.accessTokens.verify(next.accessToken)).not.toBeNull()
    expect((await refresh(next.refreshToken, rotated)).refreshToken).not.toBe(next.refreshToken)
  })

  test('of tokens nothing is stored but hashes', async () => {
    const tokens = await line(3)
    const rows = await open.admin<{ line: string }>('select s::text as line from control.sessions s')
    const stored = rows.map((row) => row.line).join('\n')
    for (const token of tokens) {
      const own = Buffer.from(token.slice(4), 'base64url').subarray(32)
      for (const secret of [own.subarray(0, 16), own.subarray(16)]) expect(stored).not.toContain(secret.toString('hex'))
    }
  })
})
