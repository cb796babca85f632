/** A node, two tenants whose owners are signed in, and what a forger may have. */
import { randomBytes } from 'node:crypto'
import { authKeys } from '@rowhouse/identity'
import type { Edit } from '../nodes/edit.ts'
import type { Node } from '../nodes/node.ts'
import type { Site } from '../nodes/site.ts'
import { createRandom } from '../random.ts'
import { decoded, ed25519, type Material } from './forge.ts'
import { findTargets, type Target } from './targets.ts'
import { openTrap, type Trap } from './trap.ts'

export interface Person {
  readonly accessToken: string
  readonly refreshToken: string
  readonly tenant: { readonly id: string; readonly slug: string }
}

export interface Scene {
  readonly node: Node
  readonly people: readonly [Person, Person]
  readonly targets: readonly Target[]
  readonly trap: Trap
  /** Made anew, so that its times are those of now. */
  material(label: string): Material
  close(): Promise<void>
}

/** What AUTH_KEY is made of. */
export const newKey = (): string => randomBytes(32).toString('hex')

const signingKey = (root: string) => ed25519(authKeys(root).derive('access tokens'))

export async function openScene(site: Site, seed: number, edits: readonly Edit[] = []): Promise<Scene> {
  const [inForce, believed, rotatedOut] = [newKey(), newKey(), newKey()]
  const name = `n${randomBytes(4).toString('hex')}`
  const node = await site.start(name, { authKey: `${inForce},${believed}`, edits })
  const people = [await signUp(node.origin, name), await signUp(node.origin, name)] as const
  const trap = await openTrap()
  const { header, claims } = decoded(people[0].accessToken)
  return {
    node,
    people,
    targets: await findTargets(node.origin),
    trap,
    material: (label) => ({
      token: people[0].accessToken,
      header,
      claims,
      ours: signingKey(inForce),
      believed: signingKey(believed),
      rotatedOut: signingKey(rotatedOut),
      theirs: signingKey(newKey()),
      refreshToken: people[0].refreshToken,
      operatorApiKey: site.operatorApiKey,
      trapUrl: trap.url,
      nowS: Math.floor(Date.now() / 1_000),
      random: createRandom(seed, label),
    }),
    async close() {
      trap.close()
      await node.stop()
    },
  }
}

export async function signUp(origin: string, label: string): Promise<Person> {
  const unique = randomBytes(6).toString('hex')
  const response = await fetch(`${origin}/auth/sign-up`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      email: `${label}-${unique}@proof.example`,
      password: randomBytes(16).toString('base64url'),
      name: 'Proof',
      organization: `Proof ${unique}`,
    }),
  })
  if (response.status !== 201) throw new Error(`Sign-up answered ${response.status}: ${await response.text()}`)
  return (await response.json()) as Person
}
