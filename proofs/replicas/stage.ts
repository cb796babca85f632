/** Two nodes over three servers, and the tenants in which callers work. */
import type { Edit } from '../nodes/edit.ts'
import type { Node } from '../nodes/node.ts'
import type { Site } from '../nodes/site.ts'
import type { Count } from '../count.ts'
import type { Command, Tenant } from '../kills/commands.ts'
import { createFleet, type Fleet } from '../kills/fleet.ts'
import { product } from '../kills/ground.ts'
import { settleIn } from '../kills/newcomers.ts'
import { type Answer, type Sending, settle } from '../kills/send.ts'
import { createRandom } from '../random.ts'
import { createLedger, type Ledger } from './ledger.ts'

/** What the nodes are told: older than this a replica's answer must not be. */
export const maxLagMs = 2_000

export interface Stage {
  readonly site: Site
  readonly fleet: Fleet
  readonly nodes: readonly [Node, Node]
  readonly tenants: readonly Tenant[]
  readonly count: Count
  readonly seed: number
  /** Everything that was asked for and may have been done. */
  readonly record: Command[]
  readonly signal: AbortSignal
  ledgerOf(tenant: Tenant): Ledger
  /** Until its outcome is known. @returns undefined when it stays unknown */
  ask(node: Node, sending: Sending): Promise<Answer | undefined>
  /** Ends the nodes; the site stays. */
  close(): Promise<void>
}

export interface StageOptions {
  readonly count: Count
  readonly seed: number
  readonly signal: AbortSignal
  readonly tenantsPerTier: number
  readonly edits?: readonly Edit[]
  readonly patienceMs?: number
}

export async function openStage(site: Site, options: StageOptions): Promise<Stage> {
  const { count, seed, signal, tenantsPerTier, edits = [], patienceMs = 60_000 } = options
  const fleet = createFleet((name, more) => site.start(name, { ...more, edits: [product, ...edits] }), signal)
  const nodes = [await fleet.raise('node-1'), await fleet.raise('node-2')] as const
  const random = createRandom(seed, `tenants ${edits.length} ${performance.now()}`)
  const tenants = await settleIn(fleet, site.operatorApiKey, random, tenantsPerTier)
  const ledgers = new Map(tenants.map((tenant) => [tenant, createLedger()]))
  return {
    site,
    fleet,
    nodes,
    tenants,
    count,
    seed,
    signal,
    record: [],
    ledgerOf: (tenant) => ledgers.get(tenant)!,
    ask: async (node, sending) => (await settle(at(node, signal), sending, patienceMs)).answer,
    close: async () => void (await Promise.all([...fleet.nodes].map((node) => node.kill()))),
  }
}

/** Whoever sends there sends to this node alone. */
export const at = ({ origin }: Node, signal: AbortSignal): Pick<Fleet, 'origin' | 'signal'> => ({
  origin: async () => origin,
  signal,
})
