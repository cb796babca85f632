/** What goes in and out when people sign in. */
import { identityErrors } from '@rowhouse/identity'
import { z } from 'zod'
import { Member } from '../members/members.ts'

/** What every operation that takes a password can answer. */
export const passwordErrors = [identityErrors.credentialsRefused, identityErrors.tooManyAttempts, identityErrors.busy]

export const Email = z.email().max(254).toLowerCase()
/** What it must be like is said where one is chosen; here it is only kept from being endless. */
export const Password = z.string().min(1).max(1_000)
export const RefreshToken = z
  .string()
  .min(1)
  .max(500)
  .meta({ example: `rht_${'A'.repeat(86)}` })

const tokens = {
  accessToken: z.string().meta({ description: 'Send it as `Authorization: Bearer <token>`.' }),
  refreshToken: RefreshToken,
  expiresIn: z.int().meta({ description: 'Seconds for which the access token is valid.' }),
}

const exampleTokens = { accessToken: 'eyJhbGciOiJFZERTQSJ9…', refreshToken: `rht_${'A'.repeat(86)}`, expiresIn: 600 }

export const Tokens = z.strictObject(tokens).meta({ id: 'Tokens', example: exampleTokens })

/** How a tenant is named. */
export const Tenant = z.strictObject({ id: z.uuid(), slug: z.string(), name: z.string() })

export const SignedIn = z
  .strictObject({
    tenant: Tenant,
    member: Member.omit({ createdAt: true }),
    ...tokens,
  })
  .meta({
    id: 'SignedIn',
    description: 'Somebody’s session in a tenant.',
    example: {
      tenant: { id: '019a8f3e-7c1a-7b52-9d0e-4f6a2b8c1d03', slug: 'acme', name: 'Acme' },
      member: {
        id: '019a8f3e-7c1a-7b52-9d0e-4f6a2b8c1d01',
        email: 'ada@acme.example',
        name: 'Ada Park',
        role: 'owner',
      },
      ...exampleTokens,
    },
  })

/** RFC 7517. */
export const KeySet = z
  .strictObject({
    keys: z.array(
      z.strictObject({
        kty: z.literal('OKP'),
        crv: z.literal('Ed25519'),
        x: z.string(),
        kid: z.string(),
        alg: z.literal('EdDSA'),
        use: z.literal('sig'),
      }),
    ),
  })
  .meta({
    id: 'KeySet',
    example: {
      keys: [
        {
          kty: 'OKP',
          crv: 'Ed25519',
          x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo',
          kid: 'kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k',
          alg: 'EdDSA',
          use: 'sig',
        },
      ],
    },
  })
