/** One deployment at work: clients send commands, nodes are killed and started again, and in the end all is counted. */
import type { Edit } from '../nodes/node.ts'
import { openSite } from '../nodes/site.ts'
import type { Run } from '../proof.ts'
import { createRandom } from '../random.ts'
import { checkCommands, checkWhole } from './check.ts'
import type { Tenant, Command } from './commands.ts'
import { openDatabase, type Database } from './database.ts'
import { createFleet, killInTurn, planKills, type Kill } from './fleet.ts'
import { readHouse } from './house.ts'
import { checkTenants, comeIn, settleIn } from './newcomers.ts'
import { modules } from './product/product.ts'
import { work } from './workload.ts'

export interface Shift {
  readonly nodes: 1 | 2
  /** At least; clients go on until the last kill. */
  readonly commands: number
  /** Crash points, each to be died at. */
  readonly points: readonly string[]
  readonly atRandom: number
  readonly clientsPerTenant: number
  readonly edits?: readonly Edit[]
}

export interface Tally {
  readonly commands: number
  /** By outcome. */
  readonly outcomes: ReadonlyMap<string, number>
  /** By crash point. */
  readonly deaths: ReadonlyMap<string, number>
  readonly faults: readonly string[]
}

/** The nodes serve the proof's product instead of the helpdesk alone. */
const product: Edit = {
  file: 'apps/server/start.ts',
  from: `import { modules } from '@rowhouse/helpdesk'`,
  to: `import { modules } from '../../proofs/kills/product/product.ts'`,
}

export async function killAtWork(
  adminUrl: string,
  { nodes, commands, points, atRandom, clientsPerTenant, edits = [] }: Shift,
  { seed, report, signal }: Run,
): Promise<Tally> {
  const site = await openSite(adminUrl, modules)
  const database = openDatabase(adminUrl, site.names)
  // Whoever fails ends the others' waiting.
  const over = new AbortController()
  try {
    const fleet = createFleet(
      (name, options) => site.start(name, { ...options, edits: [product, ...edits] }),
      AbortSignal.any([signal, over.signal]),
    )
    const first = await fleet.raise('node-1')
    const tenants = await settleIn(fleet, site.operatorApiKey, createRandom(seed, 'tenants'))
    await first.stop()

    const random = createRandom(seed, 'kills')
    const plan = planKills(points, atRandom, random)
    const deaths = new Map<string, number>()
    let killing = nodes
    const died = ({ point }: Kill, hit: boolean) => {
      const where = point === null ? 'at random' : hit ? point : `${point} (not visited)`
      deaths.set(where, (deaths.get(where) ?? 0) + 1)
    }
    const killer = async (name: string) => {
      await killInTurn(fleet, name, () => plan.pop(), { patienceMs: 15_000, downMs: () => random.int(300) }, died)
      await fleet.raise(name)
      killing -= 1
    }
    const goesOn = () => killing > 0
    const [record, newcomers] = await Promise.all([
      work(fleet, { tenants, clientsPerTenant, seed, goesOn: (sent) => goesOn() || sent < commands }),
      comeIn(fleet, site.operatorApiKey, createRandom(seed, 'newcomers'), goesOn),
      ...Array.from({ length: nodes }, (_, at) => killer(`node-${at + 1}`)),
    ])
    report(`${record.length} commands, ${newcomers.length} tenants`)
    const faults = [...(await checkAll(database, tenants, record)), ...(await checkTenants(database, newcomers))]
    return { commands: record.length, outcomes: outcomesOf(record), deaths, faults }
  } finally {
    over.abort(new Error('over'))
    await database.close()
    await site.close()
  }
}

async function checkAll(database: Database, tenants: readonly Tenant[], record: readonly Command[]): Promise<string[]> {
  const faults: string[] = []
  for (const tenant of tenants) {
    const house = await readHouse(database, tenant.id)
    const own = record.filter((command) => command.tenant === tenant)
    faults.push(...[...checkCommands(own, house), ...checkWhole(house)].map((fault) => `${tenant.tier}: ${fault}`))
  }
  return faults
}

function outcomesOf(record: readonly Command[]): Map<string, number> {
  const counts = new Map<string, number>()
  for (const { outcome, sent } of record) {
    const what =
      outcome === 'unknown' ? outcome : `${outcome} at the ${sent === 1 ? 'first' : 'second or a later'} request`
    counts.set(what, (counts.get(what) ?? 0) + 1)
  }
  return counts
}
