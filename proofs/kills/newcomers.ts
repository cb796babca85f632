/** Tenants that an operator makes while nodes die. Sent again, such a request finds its slug taken by itself. */
import type { Random } from '../random.ts'
import type { Tenant } from './commands.ts'
import type { Fleet } from './fleet.ts'
import { type Answer, settle } from './send.ts'

export interface Newcomer {
  readonly slug: string
  readonly answer: Answer | undefined
  readonly sent: number
}

const tiers = ['shared', 'schema', 'database'] as const

/** The tenants in which clients will work. */
export async function settleIn(
  fleet: Fleet,
  operatorApiKey: string,
  random: Random,
  perTier: number,
): Promise<Tenant[]> {
  const tenants: Tenant[] = []
  for (const tier of Array.from({ length: perTier }, () => tiers).flat()) {
    const slug = `${tier}-${random.hex(8)}`
    const { answer } = await makeTenant(fleet, operatorApiKey, slug, tier)
    if (answer?.status !== 201) throw new Error(`No tenant could be made: ${answer?.body}`)
    const { id, owner } = JSON.parse(answer.body) as { id: string; owner: { apiKey: string } }
    tenants.push({ id, slug, tier, apiKey: owner.apiKey })
  }
  return tenants
}

export interface Arrivals {
  /** The share of those who ask once and never again, whatever came of it. */
  readonly givingUp: number
}

/** Makes one after the other while `goesOn`. */
export async function comeIn(
  fleet: Fleet,
  operatorApiKey: string,
  random: Random,
  { goesOn, givingUp }: Arrivals & { readonly goesOn: () => boolean },
): Promise<Newcomer[]> {
  const newcomers: Newcomer[] = []
  while (goesOn() && !fleet.signal.aborted) {
    const slug = `n-${random.hex(16)}`
    const patienceMs = random.chance(givingUp) ? 0 : 60_000
    newcomers.push({ slug, ...(await makeTenant(fleet, operatorApiKey, slug, random.pick(tiers), patienceMs)) })
  }
  return newcomers
}

const makeTenant = (fleet: Fleet, bearer: string, slug: string, tier: string, patienceMs = 60_000) =>
  settle(
    fleet,
    {
      method: 'POST',
      path: '/operator/v1/tenants',
      bearer,
      body: { slug, name: slug, tier, owner: { email: `owner@${slug}.example`, name: slug } },
    },
    patienceMs,
  )
