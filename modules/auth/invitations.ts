/** Invitations: how a tenant's people bring in others. */
import { cursorPage, decodeCursor, encodeCursor, pageInput, permission, platformOperation } from '@rowhouse/app'
import type { Caller, Operation } from '@rowhouse/http'
import type { Once } from '@rowhouse/idempotency'
import { identityErrors, type Inviter, type People, roles } from '@rowhouse/identity'
import { z } from 'zod'
import { Name } from '../tenants/name.ts'
import { Email, Password, passwordErrors, SignedIn, Tenant } from './schemas.ts'

export const manageMembers = permission('members:write', 'Invite people to the tenant')

const Invitation = z
  .strictObject({
    id: z.uuid(),
    email: z.email(),
    role: z.enum(roles),
    createdAt: z.iso.datetime(),
    expiresAt: z.iso.datetime().meta({ description: 'Seven days after it was sent last.' }),
    expired: z.boolean().meta({ description: 'Its link is worth nothing: send it again, or invite anew.' }),
  })
  .meta({
    id: 'Invitation',
    description: 'Somebody who may become a member.',
    example: {
      id: '019a8f3e-7c1a-7b52-9d0e-4f6a2b8c1d04',
      email: 'bo@acme.example',
      role: 'member',
      createdAt: '2026-11-24T09:30:00.000000Z',
      expiresAt: '2026-12-01T09:30:00.000000Z',
      expired: false,
    },
  })

const InvitationToken = z
  .string()
  .min(1)
  .max(500)
  .meta({ description: 'What follows `#` in the link.', example: `rhi_${'A'.repeat(64)}` })

const InvitationLink = z
  .strictObject({
    tenant: Tenant,
    email: z.email().meta({ description: 'Who is invited. The address cannot be changed.' }),
    role: z.enum(roles),
    expiresAt: z.iso.datetime(),
    hasAccount: z.boolean().meta({
      description: 'Then accepting takes the account’s password; otherwise a name and a new password.',
    }),
  })
  .meta({
    id: 'InvitationLink',
    description: 'To what a link invites, and whom.',
    example: {
      tenant: { id: '019a8f3e-7c1a-7b52-9d0e-4f6a2b8c1d03', slug: 'acme', name: 'Acme' },
      email: 'bo@acme.example',
      role: 'member',
      expiresAt: '2026-12-01T09:30:00.000000Z',
      hasAccount: false,
    },
  })

const notFound = identityErrors.invitationNotFound

/** @param once keeps answers for their `Idempotency-Key` in the control database, where the effects are. */
export function invitationOperations(
  { invitations, lookUpInvitation, acceptInvitation }: People,
  once: Once,
): Operation[] {
  return [
    platformOperation({
      name: 'invitations.create',
      audience: 'tenant',
      http: 'POST /invitations',
      summary: 'Invite somebody by mail',
      description: 'The link is good for seven days, once. Only an owner makes owners.',
      permission: manageMembers,
      input: z
        .strictObject({ email: Email, role: z.enum(roles).default('member') })
        .meta({ id: 'NewInvitation', example: { email: 'bo@acme.example', role: 'member' } }),
      output: Invitation,
      errors: [
        identityErrors.alreadyMember,
        identityErrors.alreadyInvited,
        identityErrors.ownersOnly,
        identityErrors.tooManyLetters,
        identityErrors.tooManyInvited,
      ],
      once,
      handle: ({ input, caller }, execute) => invitations.create(inviterOf(caller), input, execute),
    }),
    platformOperation({
      name: 'invitations.list',
      audience: 'tenant',
      http: 'GET /invitations',
      summary: 'List the invitations that nobody has accepted',
      permission: manageMembers,
      input: z.strictObject({ ...pageInput }),
      output: cursorPage(Invitation),
      async handle({ input: { cursor, limit }, caller }) {
        const after = cursor === undefined ? null : decodeCursor(cursor, z.tuple([z.uuid()]))[0]
        const found = await invitations.list(inviterOf(caller).tenantId, { after, limit: limit + 1 })
        const items = found.slice(0, limit)
        return { items, nextCursor: found.length > limit ? encodeCursor([items.at(-1)!.id]) : null }
      },
    }),
    platformOperation({
      name: 'invitations.resend',
      audience: 'tenant',
      http: 'POST /invitations/:id/resend',
      summary: 'Send an invitation again',
      description: 'With a new link, good for another seven days. The one before is worth nothing from now on.',
      permission: manageMembers,
      status: 200,
      input: z.strictObject({ id: z.uuid() }),
      output: Invitation,
      errors: [notFound, identityErrors.ownersOnly, identityErrors.tooManyLetters],
      once,
      handle: ({ input, caller }, execute) => invitations.resend(inviterOf(caller), input.id, execute),
    }),
    platformOperation({
      name: 'invitations.revoke',
      audience: 'tenant',
      http: 'DELETE /invitations/:id',
      summary: 'Revoke an invitation',
      permission: manageMembers,
      status: 204,
      input: z.strictObject({ id: z.uuid() }),
      output: z.null(),
      errors: [notFound, identityErrors.ownersOnly],
      once,
      async handle({ input, caller }, execute) {
        await invitations.revoke(inviterOf(caller), input.id, execute)
        return null
      },
    }),
    platformOperation({
      name: 'auth.look-up-invitation',
      audience: 'public',
      http: 'POST /auth/invitations/look-up',
      summary: 'See to what a link invites',
      description:
        'Whoever holds the link may know before they accept. A link that was used, replaced or revoked, has expired or was made up: one answer.',
      permission: null,
      status: 200,
      input: z.strictObject({ token: InvitationToken }),
      output: InvitationLink,
      errors: [notFound, identityErrors.tooManyAttempts],
      handle: ({ input: { token }, address, hostTenantId }) => lookUpInvitation({ token, address, hostTenantId }),
    }),
    platformOperation({
      name: 'auth.accept-invitation',
      audience: 'public',
      http: 'POST /auth/invitations/accept',
      summary: 'Accept an invitation',
      description:
        'Makes the member and signs them in. Who has an account already gives its password; who has none, a name and a new one.',
      permission: null,
      status: 200,
      input: z.strictObject({
        token: InvitationToken,
        name: Name.optional(),
        password: Password.optional(),
      }),
      output: SignedIn,
      errors: [
        ...passwordErrors,
        identityErrors.passwordRefused,
        identityErrors.invitationIncomplete,
        identityErrors.alreadyMember,
        notFound,
      ],
      handle: ({ input: { token, name, password }, address, hostTenantId }) =>
        acceptInvitation({ token, name, password, address, hostTenantId }),
    }),
  ]
}

/** There is no tenant by default: a call without one does not happen. */
function inviterOf({ tenantId, memberId }: Caller): Inviter {
  if (tenantId === null) throw new Error('An operation of a tenant was called without one')
  return { tenantId, memberId }
}
