/** Signing up, in and out: how people come in. */
import { platformOperation } from '@rowhouse/app'
import { httpErrors, type Operation } from '@rowhouse/http'
import { type AccessTokens, identityErrors, type People } from '@rowhouse/identity'
import { tenancyErrors } from '@rowhouse/tenancy'
import { z } from 'zod'
import { Name } from '../tenants/name.ts'
import { Slug } from '../tenants/slug.ts'
import { Email, KeySet, Password, passwordErrors, RefreshToken, SignedIn, Tokens } from './schemas.ts'

/** @param tenantOfName the id of the tenant of this slug or id, if there is one. */
export function authOperations(
  people: People,
  accessTokens: AccessTokens,
  tenantOfName: (name: string) => Promise<string | null>,
): Operation[] {
  /** The tenant that host and field name together. @throws http.not_found when they disagree */
  async function meant(host: string | null, field: string | undefined): Promise<string | null> {
    if (host !== null && field !== undefined && (await tenantOfName(field)) !== host) {
      throw httpErrors.notFound({ operator: `The host is of tenant ${host}, the field names another` })
    }
    return host ?? field ?? null
  }

  return [
    platformOperation({
      name: 'auth.sign-up',
      audience: 'public',
      http: 'POST /auth/sign-up',
      summary: 'Sign up: an account, a tenant and its owner’s session',
      description:
        'Answers when the tenant is ready. Somebody who has an account already founds another tenant with its password. It takes no `Idempotency-Key`: sent again it founds another tenant, or finds the `slug` taken. Whose answer was lost signs in.',
      permission: null,
      input: z
        .strictObject({
          email: Email,
          password: Password.meta({ description: '10 to 200 characters, and not one that everybody tries first.' }),
          name: Name,
          organization: Name,
          slug: Slug.optional().meta({
            description: 'Made of the organization’s name when absent.',
            example: 'pied-piper',
          }),
        })
        .meta({
          id: 'SignUp',
          example: {
            email: 'richard@piedpiper.example',
            password: 'middle out since 2014',
            name: 'Richard Hendricks',
            organization: 'Pied Piper',
            slug: 'pied-piper',
          },
        }),
      output: SignedIn,
      errors: [
        ...passwordErrors,
        identityErrors.passwordRefused,
        tenancyErrors.slugTaken,
        tenancyErrors.provisioningBusy,
        tenancyErrors.provisioningFailed,
      ],
      handle: ({ input: { slug, ...input }, address }) => people.signUp({ ...input, slug, address }),
    }),
    platformOperation({
      name: 'auth.sign-in',
      audience: 'public',
      http: 'POST /auth/sign-in',
      summary: 'Sign in to a tenant',
      description:
        'The tenant is that of the host (`acme.localhost`), or of the field `tenant`, or the only one there is.',
      permission: null,
      status: 200,
      input: z
        .strictObject({
          email: Email,
          password: Password,
          tenant: z.string().min(1).max(40).optional().meta({ description: 'Its slug or id.' }),
        })
        .meta({
          id: 'SignIn',
          example: { email: 'ada@acme.example', password: 'correct horse battery staple', tenant: 'acme' },
        }),
      output: SignedIn,
      errors: [...passwordErrors, identityErrors.tenantNotChosen],
      async handle({ input: { tenant, ...credentials }, address, hostTenantId }) {
        return people.signIn({ ...credentials, address, tenant: await meant(hostTenantId, tenant) })
      },
    }),
    platformOperation({
      name: 'auth.refresh',
      audience: 'public',
      http: 'POST /auth/refresh',
      summary: 'Renew a session’s tokens',
      description:
        'The refresh token is spent: the next time its successor is due. When the answer was lost, the same token gives the same successor for ten seconds, with a new access token; any other use of a spent token ends the session.',
      permission: null,
      status: 200,
      input: z.strictObject({ refreshToken: RefreshToken }),
      output: Tokens,
      errors: [identityErrors.sessionOver, tenancyErrors.tenantMoving],
      handle: ({ input, hostTenantId }) => people.refresh(input.refreshToken, hostTenantId),
    }),
    platformOperation({
      name: 'auth.sign-out',
      audience: 'public',
      http: 'POST /auth/sign-out',
      summary: 'End a session',
      description:
        'Its refresh tokens are worth nothing from now on; an access token that is out is valid until it expires.',
      permission: null,
      status: 204,
      input: z.strictObject({ refreshToken: RefreshToken }),
      output: z.null(),
      async handle({ input, hostTenantId }) {
        await people.signOut(input.refreshToken, hostTenantId)
        return null
      },
    }),
    platformOperation({
      name: 'auth.keys',
      audience: 'public',
      http: 'GET /.well-known/jwks.json',
      summary: 'The keys that access tokens are signed with',
      permission: null,
      input: z.strictObject({}),
      output: KeySet,
      handle: async () => accessTokens.keySet,
    }),
  ]
}
