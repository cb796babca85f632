import { randomBytes } from 'node:crypto'
import { postgres18, server } from '@rowhouse/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { die } from './dying.fixture.ts'
import { type IdentityNode, openIdentity, type OpenIdentity } from './identity.fixture.ts'

const password = 'a quiet row of houses'
const here = { address: '127.0.0.1', hostTenantId: null }
const fresh = () => randomBytes(4).toString('hex')

let open: OpenIdentity
let node: IdentityNode
beforeAll(async () => {
  open = await openIdentity(await server(postgres18))
  node = open.node()
})
afterAll(() => open?.stop())

/** A tenant, and an invitation to it with the token of its letter. */
async function invite() {
  const owner = { email: `ada-${fresh()}@acme.example`, password, name: 'Ada', address: '127.0.0.1' }
  const { tenant, member } = await node.people.signUp({ ...owner, organization: 'Acme', slug: undefined })
  const inviter = { tenantId: tenant.id, memberId: member.id }
  const invitation = await node.people.invitations.create(inviter, { email: `bo-${fresh()}@b.example`, role: 'member' })
  const token = /#(rhi_[\w-]{64})\n/.exec(node.letters.at(-1)!.text)![1]!
  return { tenant, inviter, invitation, token }
}

test('killed while somebody accepts, the same link goes on where it broke off', async () => {
  const { tenant, invitation, token } = await invite()
  const crashAt = 'identity.invitation.member-made'
  await die({ deployment: open.deployment, crashAt, act: { accept: { token, password } } })
  const accepted = await node.people.acceptInvitation({ token, name: 'Bo', password, ...here })
  // The member was made before the crash, with the name of then.
  expect(accepted).toMatchObject({ tenant, member: { email: invitation.email, name: 'Ada' } })
})

test('killed when all was done but the answer, the link is used and the password is set', async () => {
  const { tenant, invitation, token } = await invite()
  const crashAt = 'identity.invitation.accepted'
  await die({ deployment: open.deployment, crashAt, act: { accept: { token, password } } })
  const again = node.people.acceptInvitation({ token, name: 'Bo', password, ...here })
  await expect(again).rejects.toMatchObject({ code: 'identity.invitation_not_found' })
  const { email } = invitation
  expect(await node.people.signIn({ email, password, tenant: null, address: '127.0.0.1' })).toMatchObject({ tenant })
})

test('revoked after it was accepted by half, it takes the half member with it', async () => {
  const { inviter, invitation, token } = await invite()
  const crashAt = 'identity.invitation.member-made'
  await die({ deployment: open.deployment, crashAt, act: { accept: { token, password } } })
  await node.people.invitations.revoke(inviter, invitation.id)
  await node.people.invitations.create(inviter, { email: invitation.email, role: 'admin' })
  const next = /#(rhi_[\w-]{64})\n/.exec(node.letters.at(-1)!.text)![1]!
  const accepted = await node.people.acceptInvitation({ token: next, name: 'Bo', password, ...here })
  expect(accepted.member).toMatchObject({ name: 'Bo', role: 'admin' })
})

test('a letter that cannot be sent leaves nothing half done: nobody is invited, and the link of before is good', async () => {
  const { tenant, inviter, invitation, token } = await invite()
  const { invitations } = open.node({ sendMail: () => Promise.reject(new Error('No mail')) }).people
  const other = { email: `cy-${fresh()}@c.example`, role: 'member' } as const
  await expect(invitations.create(inviter, other)).rejects.toThrow('No mail')
  await expect(invitations.resend(inviter, invitation.id)).rejects.toThrow('No mail')
  expect(await invitations.list(tenant.id, { after: null, limit: 10 })).toEqual([invitation])
  expect(await node.people.acceptInvitation({ token, name: 'Bo', password, ...here })).toMatchObject({ tenant })
})

test('at the host of another tenant an invitation does not exist', async () => {
  const [mine, other] = [await invite(), await invite()]
  const at = (hostTenantId: string) =>
    node.people.acceptInvitation({ token: mine.token, name: 'Bo', password, address: '127.0.0.1', hostTenantId })
  await expect(at(other.tenant.id)).rejects.toMatchObject({ code: 'identity.invitation_not_found' })
  expect(await at(mine.tenant.id)).toMatchObject({ tenant: mine.tenant })
})

test('of a token nothing is stored but its hash', async () => {
  const { token } = await invite()
  const rows = await open.admin<{ line: string }>('select i::text as line from control.invitations i')
  const random = Buffer.from(token.slice(4), 'base64url').subarray(16).toString('hex')
  expect(rows.map(({ line }) => line).join('\n')).not.toContain(random)
})

test('somebody gets ten letters a day, whoever sends them', async () => {
  const email = `victim-${fresh()}@b.example`
  const tooMany = { code: 'identity.too_many_letters', status: 429, retryAfterS: expect.any(Number) }
  const { inviter } = await invite()
  const { id } = await node.people.invitations.create(inviter, { email, role: 'member' })
  for (let n = 1; n < 9; n += 1) await node.people.invitations.resend(inviter, id)
  const { inviter: other } = await invite()
  await node.people.invitations.create(other, { email, role: 'member' })
  await expect(node.people.invitations.resend(inviter, id)).rejects.toMatchObject(tooMany)
  const { inviter: third } = await invite()
  await expect(node.people.invitations.create(third, { email, role: 'member' })).rejects.toMatchObject(tooMany)
  // Nobody was invited by a letter that was not sent.
  expect(await node.people.invitations.list(third.tenantId, { after: null, limit: 10 })).toHaveLength(1)
  await open.admin(`update control.attempts set window_ends = window_ends - interval '1 day'`)
  await node.people.invitations.create(third, { email, role: 'member' })
})

test('a tenant sends 500 letters a day, and has 1,000 invitations open', async () => {
  const { inviter } = await invite()
  const guest = () => node.people.invitations.create(inviter, { email: `bo-${fresh()}@b.example`, role: 'member' })
  await open.admin(`update control.attempts set count = 500 where window_ends > now() + interval '23 hours'`)
  await expect(guest()).rejects.toMatchObject({ code: 'identity.too_many_letters' })
  await open.admin('delete from control.attempts')
  await open.admin(`insert into control.invitations (tenant_id, id, email, role, member_id, has_member, token_hash)
    select '${inviter.tenantId}', gen_random_uuid(), n || '@b.example', 'member', gen_random_uuid(), false, sha256(n::text::bytea)
    from generate_series(1, 998) n`)
  await guest()
  await expect(guest()).rejects.toMatchObject({ code: 'identity.too_many_invited', status: 409 })
})

test('who is refused at the last moment, since somebody signed up with the address, leaves no member behind', async () => {
  const { tenant, invitation, token } = await invite()
  const { email } = invitation
  const members = async () => (await node.door.query(tenant.id, 'select name from members order by id', [])).rows
  const late = open.node({
    through: (control) => ({
      ...control,
      async transaction(...work) {
        await node.people.signUp({
          email,
          password,
          name: 'Bo',
          organization: 'B',
          slug: undefined,
          address: '127.0.0.1',
        })
        return control.transaction(...work)
      },
    }),
  })
  const accepting = { token, name: 'Bo', password: 'another row of houses', ...here }
  await expect(late.people.acceptInvitation(accepting)).rejects.toMatchObject({ code: 'identity.credentials_refused' })
  expect(await members()).toEqual([{ name: 'Ada' }])
  // The link is as good as before, for who knows the account's password.
  expect(await node.people.acceptInvitation({ ...accepting, password })).toMatchObject({ tenant })
  expect(await members()).toEqual([{ name: 'Ada' }, { name: 'Bo' }])
})
