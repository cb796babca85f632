import { createHash, randomBytes } from 'node:crypto'
import { postgres18, server } from '@rowhouse/testing'
import type { Tenant } from '@rowhouse/tenancy'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { isOperatorKey } from './identity.ts'
import { openIdentity, type OpenIdentity } from './identity.fixture.ts'

let open: OpenIdentity
let tenant: Tenant
beforeAll(async () => {
  open = await openIdentity(await server(postgres18))
  tenant = await open.tenant('acme', 'shared')
})
afterAll(() => open.stop())

/** Whole rows of every table of the control database, as text. */
async function everything(): Promise<string> {
  const tables = await open.admin<{ name: string }>(
    `select c.oid::regclass::text as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where c.relkind = 'r' and n.nspname !~ '^(pg_|information_schema)'`,
  )
  const texts = []
  for (const { name } of tables) {
    const rows = await open.admin<{ line: string }>(`select t::text as line from ${name} t`)
    texts.push(...rows.map(({ line }) => line))
  }
  return texts.join('\n')
}

test('of a key nothing is stored but its hash', async () => {
  const { keys } = open.node()
  const { secret } = await keys.create(tenant.id, { name: 'canary name', permissions: ['*'], memberId: null })
  await keys.authenticate(secret)
  const random = Buffer.from(secret.slice(4), 'base64url').subarray(16)
  const stored = await everything()
  expect(stored).toContain('canary name')
  expect(stored).toContain(createHash('sha256').update(secret).digest('hex'))
  for (const trace of [secret, secret.slice(4), secret.slice(-43), random.toString('hex'), random.toString('base64')])
    expect(stored).not.toContain(trace)
})

test('what is no key is refused without an error, whatever it is', async () => {
  const { keys } = open.node()
  const { secret } = await keys.create(tenant.id, { name: 'real', permissions: ['*'], memberId: null })
  const body = secret.slice(4)
  const cut = body.slice(0, -1)
  const hostile = [
    '|rhk_|rhk|null|undefined|__proto__|constructor|\0|\ud800'.split('|'),
    [body, `RHK_${body}`, `rho_${body}`, `rhk-${body}`, ` ${secret}`, `${secret} `, `${secret}\n`, `${secret}\0`],
    [`rhk_${cut}`, `${secret}A`, `${secret}=`, secret.repeat(2), `rhk_${'A'.repeat(1_000_000)}`],
    [`rhk_${cut}+`, `rhk_${cut}/`, `rhk_${cut}'`, `rhk_${'é'.repeat(64)}`, `rhk_${"' or true; --".padEnd(64, 'A')}`],
    ['A', 'z', '_', '-', '0'].map((letter) => `rhk_${letter.repeat(64)}`),
  ].flat()
  for (const text of hostile)
    expect([text.slice(0, 80), await keys.authenticate(text)]).toEqual([text.slice(0, 80), null])
  expect(await keys.authenticate(secret)).not.toBeNull()
})

test('no key with one letter changed is valid', async () => {
  const { keys } = open.node()
  const { secret } = await keys.create(tenant.id, { name: 'real', permissions: ['*'], memberId: null })
  for (let at = 0; at < secret.length; at += 1) {
    const changed = secret.slice(0, at) + (secret[at] === 'A' ? 'B' : 'A') + secret.slice(at + 1)
    expect([at, await keys.authenticate(changed)]).toEqual([at, null])
  }
})

test('random keys of a real tenant are not valid', async () => {
  const { keys } = open.node()
  const id = Buffer.from(tenant.id.replaceAll('-', ''), 'hex')
  const tries = Array.from({ length: 200 }, () => `rhk_${Buffer.concat([id, randomBytes(32)]).toString('base64url')}`)
  expect((await Promise.all(tries.map((text) => keys.authenticate(text)))).filter(Boolean)).toEqual([])
})

test('the operator’s key is the operator’s key, and nothing else is', () => {
  const key = `rho_${randomBytes(24).toString('base64url')}`
  expect(isOperatorKey(key, key)).toBe(true)
  for (const other of ['', key.slice(0, -1), `${key}A`, key.toUpperCase(), ` ${key}`, `${key}\0`, '\ud800'])
    expect(isOperatorKey(other, key)).toBe(false)
})
