import { randomBytes, randomUUID } from 'node:crypto'
import { postgres18, server } from '@rowhouse/testing'
import type { Door, Tenant } from '@rowhouse/tenancy'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openIdentity, type OpenIdentity } from './identity.fixture.ts'

let open: OpenIdentity
let acme: Tenant
let globex: Tenant
beforeAll(async () => {
  open = await openIdentity(await server(postgres18))
  acme = await open.tenant('acme', 'shared')
  globex = await open.tenant('globex', 'schema')
})
afterAll(() => open.stop())

const reader = { name: 'reader', permissions: ['tickets:read'], memberId: null }
const tenantBytes = ({ id }: Tenant) => Buffer.from(id.replaceAll('-', ''), 'hex')
const bytesOf = (secret: string) => Buffer.from(secret.slice(4), 'base64url')

test('a key tells its tenant, member and permissions, and is shown once', async () => {
  const { keys } = open.node()
  const memberId = randomUUID()
  const made = await keys.create(acme.id, { name: 'desk', permissions: ['a:read', '*'], memberId })
  expect(made.secret).toMatch(/^rhk_[\w-]{64}$/)
  expect(await keys.authenticate(made.secret)).toEqual({
    keyId: made.id,
    tenantId: acme.id,
    memberId,
    permissions: ['a:read', '*'],
  })
  const { secret, ...shown } = made
  expect(await keys.list(acme.id, { after: null, limit: 100 })).toContainEqual(shown)
  expect(bytesOf(secret).subarray(0, 16)).toEqual(tenantBytes(acme))
})

test('a key of one tenant with another’s id in it matches nothing', async () => {
  const { keys } = open.node()
  const { secret } = await keys.create(acme.id, reader)
  const spliced = `rhk_${Buffer.concat([tenantBytes(globex), bytesOf(secret).subarray(16)]).toString('base64url')}`
  expect(await keys.authenticate(spliced)).toBeNull()
  expect(await keys.authenticate(secret)).toMatchObject({ tenantId: acme.id })
})

test('a key of a tenant that does not exist matches nothing', async () => {
  const { keys } = open.node()
  expect(await keys.authenticate(`rhk_${randomBytes(48).toString('base64url')}`)).toBeNull()
})

test('tenants list, page and revoke their own keys only', async () => {
  const { keys } = open.node()
  const made = []
  for (let n = 0; n < 5; n += 1) made.push((await keys.create(globex.id, { ...reader, name: `key ${n}` })).id)
  const first = await keys.list(globex.id, { after: null, limit: 3 })
  const rest = await keys.list(globex.id, { after: first.at(-1)!.id, limit: 3 })
  expect([...first, ...rest].map(({ id }) => id)).toEqual(made)
  const missing = { code: 'identity.api_key_not_found', status: 404 }
  await expect(keys.revoke(acme.id, made[0]!, ['*'])).rejects.toMatchObject(missing)
  await expect(keys.revoke(globex.id, randomUUID(), ['*'])).rejects.toMatchObject(missing)
  await keys.revoke(globex.id, made[0]!, ['*'])
  await expect(keys.revoke(globex.id, made[0]!, ['*'])).rejects.toMatchObject(missing)
  expect((await keys.list(globex.id, { after: null, limit: 9 })).map(({ id }) => id)).toEqual(made.slice(1))
})

test('nobody revokes a key that may do more than they may', async () => {
  const { keys } = open.node()
  const { id } = await keys.create(acme.id, {
    name: 'strong',
    permissions: ['desk:read', 'desk:write'],
    memberId: null,
  })
  const weaker = keys.revoke(acme.id, id, ['api-keys:write', 'desk:read'])
  await expect(weaker).rejects.toMatchObject({ code: 'identity.api_key_stronger' })
  await keys.revoke(acme.id, id, ['desk:write', 'desk:read'])
  const owners = await keys.create(acme.id, { name: 'owner', permissions: ['*'], memberId: null })
  await expect(keys.revoke(acme.id, owners.id, ['api-keys:write'])).rejects.toMatchObject({ status: 403 })
})

describe('a revoked key', () => {
  test('is refused at once on the node that revoked it, and elsewhere when trust in it has run out', async () => {
    const clock = { ms: Date.now(), now: () => clock.ms }
    const here = open.node({ clock })
    const there = open.node({ clock })
    const { id, secret } = await here.keys.create(acme.id, reader)
    for (const { keys } of [here, there]) expect(await keys.authenticate(secret)).not.toBeNull()
    await here.keys.revoke(acme.id, id, ['*'])
    expect(await here.keys.authenticate(secret)).toBeNull()
    clock.ms += 9_999
    expect(await there.keys.authenticate(secret)).not.toBeNull()
    clock.ms += 1
    expect(await there.keys.authenticate(secret)).toBeNull()
  })

  test('being used does not lengthen the trust', async () => {
    const clock = { ms: Date.now(), now: () => clock.ms }
    const here = open.node({ clock })
    const there = open.node({ clock })
    const { id, secret } = await here.keys.create(acme.id, reader)
    await there.keys.authenticate(secret)
    await here.keys.revoke(acme.id, id, ['*'])
    for (let n = 0; n < 10; n += 1) {
      await there.keys.authenticate(secret)
      clock.ms += 1_000
    }
    expect(await there.keys.authenticate(secret)).toBeNull()
  })

  test('is refused at once also when it was being looked up meanwhile', async () => {
    const arrived = Promise.withResolvers<void>()
    const gate = Promise.withResolvers<void>()
    const slow = (control: Door): Door => ({
      ...control,
      async query(tenantId, text, values) {
        const answer = await control.query(tenantId, text, values)
        if (text.startsWith('select')) {
          arrived.resolve()
          await gate.promise
        }
        return answer
      },
    })
    const { keys } = open.node({ through: slow })
    const { id, secret } = await keys.create(acme.id, reader)
    const early = keys.authenticate(secret)
    await arrived.promise
    await keys.revoke(acme.id, id, ['*'])
    gate.resolve()
    await early
    expect(await keys.authenticate(secret)).toBeNull()
  })
})

test('a key that was just made is valid on a node that has never seen its tenant', async () => {
  const { secret } = await open.node().keys.create(acme.id, reader)
  expect(await open.node().keys.authenticate(secret)).not.toBeNull()
})
