/** Who signs in: each person's every sign-in is a family of its own. */
import { randomBytes } from 'node:crypto'
import type { Tokens } from './outcome.ts'

export interface Person {
  readonly email: string
  readonly password: string
  readonly tenant: { readonly id: string; readonly slug: string }
  readonly member: { readonly id: string }
  /** The session of signing up. */
  readonly first: Tokens
}

export async function signUp(origin: string): Promise<Person> {
  const unique = randomBytes(6).toString('hex')
  const credentials = { email: `${unique}@proof.example`, password: randomBytes(16).toString('base64url') }
  const signedIn = await post(origin, '/auth/sign-up', {
    ...credentials,
    name: unique,
    organization: `Proof ${unique}`,
  })
  const { tenant, member } = signedIn as unknown as Person
  return { ...credentials, tenant, member, first: signedIn as unknown as Tokens }
}

export const signIn = async (origin: string, { email, password }: Person): Promise<Tokens> =>
  (await post(origin, '/auth/sign-in', { email, password })) as unknown as Tokens

/** Asks again while the server is busy. */
async function post(origin: string, path: string, body: object): Promise<Record<string, unknown>> {
  for (let attempt = 0; ; attempt += 1) {
    const response = await fetch(origin + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    if (response.ok) return (await response.json()) as Record<string, unknown>
    if (response.status !== 503 || attempt === 10)
      throw new Error(`${path}: ${response.status} ${await response.text()}`)
  }
}
