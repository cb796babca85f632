/** The tenants: those of the demo, and fresh ones over three tiers. Those in shared tables sign up, an operator makes the others. */
import { apiKey, createClient, session } from '@rowhouse/client'
import { createOperatorClient } from '@rowhouse/client/operator'
import type { Random } from '../random.ts'
import type { Lookout } from './lookout.ts'
import type { Platform } from './platform.ts'

export type Tier = 'shared' | 'schema' | 'database'

export interface Person {
  readonly email: string
  readonly password: string
}

export interface Resident {
  readonly slug: string
  readonly id: string
  readonly tier: Tier
  /** In everything that it writes. */
  readonly canary: string
  /** An API key with every permission. */
  readonly key: string
  /** What it was told of, by kind: `tickets`, `customers`, `emails` … */
  readonly things: Map<string, string[]>
  /** Its owner, who can sign in. */
  readonly person: Person
}

const tiers = ['shared', 'schema', 'database'] as const

export async function settle(
  { origin, demo }: Platform,
  lookout: Lookout,
  random: Random,
  fresh: number,
): Promise<Resident[]> {
  const operator = createOperatorClient({ origin, auth: apiKey(demo.operator.apiKey) })
  const anybody = createClient({ origin })
  const residents: Resident[] = []
  const moveIn = (resident: Omit<Resident, 'things'>) => {
    const { slug, id, canary } = resident
    lookout.claim(slug, [id, canary])
    residents.push({ ...resident, things: new Map([['canaries', [canary]]]) })
  }
  for (const { slug, id, tier, owner } of demo.tenants)
    moveIn({ slug, id, tier, key: owner.apiKey, canary: canaryOf(random), person: owner })
  for (let at = 0; at < fresh; at += 1) {
    // Names that begin alike: whoever looks one up by a part of it finds another.
    const [slug, tier, canary] = [`skeleton-${at}`, tiers[at % 3]!, canaryOf(random)]
    const [email, name] = [`${canary}@skeleton.example`, `Owner ${canary}`]
    const [organization, password] = [`Tenant ${canary}`, `a password of ${random.hex(12)}`]
    if (tier === 'shared') {
      const made = await anybody.auth.signUp({ email, password, name, organization, slug })
      const { secret } = await anybody.as(session(made)).apiKeys.create({ name: 'Prober', permissions: ['*'] })
      moveIn({ slug, id: made.tenant.id, tier, key: secret, canary, person: { email, password } })
    } else {
      const { id, owner } = await operator.tenants.create({ slug, name: organization, tier, owner: { email, name } })
      // Whom an operator wrote down as the owner is invited to have a password.
      await anybody.as(apiKey(owner.apiKey)).invitations.create({ email, role: 'owner' })
      await anybody.auth.acceptInvitation({ token: await invitationFor(origin, email), name, password })
      moveIn({ slug, id, tier, key: owner.apiKey, canary, person: { email, password } })
    }
  }
  return residents
}

/** The token of the newest letter to this address in the development mailbox. */
export async function invitationFor(origin: string, email: string): Promise<string> {
  const { items } = (await (await fetch(`${origin}/mailbox.json`)).json()) as { items: { to: string; text: string }[] }
  const token = /#(rhi_[\w-]+)/.exec(items.find(({ to }) => to === email)?.text ?? '')?.[1]
  if (token === undefined) throw new Error(`No letter came to ${email}`)
  return token
}

const canaryOf = (random: Random) => `cnry${random.hex(24)}`

/** The domain of addresses that two tenants come to have: without a canary, and nothing to know somebody by. */
export const both = '@both.example'

/** Keeps what an answer tells of: things by the collection that they are in, and by the field that names them. */
export function remember({ things }: Resident, collection: string, content: unknown): void {
  const add = (kind: string, value: string) => {
    const known = things.get(kind) ?? []
    if (!known.includes(value)) things.set(kind, [...known, value].slice(-20))
  }
  const look = (value: unknown): void => {
    if (Array.isArray(value)) value.forEach(look)
    if (Array.isArray(value) || typeof value !== 'object' || value === null) return
    for (const [name, inner] of Object.entries(value)) {
      if (name === 'id' && typeof inner === 'string') add(collection, inner)
      else if (name.endsWith('Id') && typeof inner === 'string') add(`${name.slice(0, -2)}s`, inner)
      else if (name === 'email' && typeof inner === 'string' && !inner.endsWith(both)) add('emails', inner)
      else look(inner)
    }
  }
  look(content)
}

/** What is gone is nothing to ask for. */
export function forget({ things }: Resident, ids: readonly string[]): void {
  for (const [kind, known] of things)
    things.set(
      kind,
      known.filter((id) => !ids.includes(id)),
    )
}
