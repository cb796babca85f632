/** One deployment at work: clients send commands, nodes are killed and started again, and in the end all is counted. */
import type { Run } from '../proof.ts'
import { createRandom } from '../random.ts'
import { checkCommands, checkEffects, checkWhole } from './check.ts'
import { checkTenants } from './check-tenants.ts'
import type { Command, Tenant } from './commands.ts'
import { settleEvents } from './database.ts'
import { createFleet, type Fleet, killInTurn, planKills, type Kill } from './fleet.ts'
import { freezeOnce, shortenPatience } from './freeze.ts'
import type { Ground } from './ground.ts'
import { readHouse } from './house.ts'
import { type Arrivals, comeIn, settleIn } from './newcomers.ts'
import { signUpAndLeave } from './people.ts'
import { work } from './workload.ts'

export interface Shift {
  /** Of two, each is killed while the other goes on; one is frozen for a while; and in the end one does what both left. */
  readonly nodes: 1 | 2
  /** At least; clients go on until the last kill. */
  readonly commands: number
  /** Crash points, each to be died at. */
  readonly points: readonly string[]
  readonly atRandom: number
  readonly tenantsPerTier: number
  readonly clientsPerTenant: number
  /** Tenants are made meanwhile, by an operator and by people who sign up. */
  readonly arrivals: Arrivals | null
  /** How long an answer may stay unknown, and an event wait when all is quiet. */
  readonly patienceMs: number
}

export interface Tally {
  readonly commands: readonly Command[]
  /** Tenants made. */
  readonly arrivals: number
  /** Of events. */
  readonly effects: number
  /** Kills by crash point, and others. */
  readonly deaths: ReadonlyMap<string, number>
  /** Crash points that were never visited. */
  readonly missed: readonly string[]
  readonly faults: readonly string[]
}

export async function killAtWork(
  ground: Ground,
  shift: Shift,
  { seed, signal }: Pick<Run, 'seed' | 'signal'>,
): Promise<Tally> {
  // Whoever fails ends the others' waiting.
  const over = new AbortController()
  const fleet = createFleet(ground.start, AbortSignal.any([signal, over.signal]))
  try {
    return await workThrough(ground, fleet, shift, seed)
  } finally {
    over.abort(new Error('The shift is over'))
  }
}

async function workThrough(ground: Ground, fleet: Fleet, shift: Shift, seed: number): Promise<Tally> {
  const { nodes, commands, tenantsPerTier, clientsPerTenant, arrivals, patienceMs } = shift
  const first = await fleet.raise('node-1')
  const tenants = await settleIn(fleet, ground.operatorApiKey, createRandom(seed, 'tenants'), tenantsPerTier)
  if (nodes > 1) await shortenPatience(ground.database())
  await first.stop()

  const killing = createKilling(fleet, shift, seed)
  let busy = true
  const disturb = async () => {
    await Promise.all(Array.from({ length: nodes }, (_, at) => killing.run(`node-${at + 1}`)))
    if (nodes > 1 && (await freezeOnce(fleet, [...fleet.nodes][0]!, tenants[0]!))) killing.note('frozen')
    busy = false
  }
  const random = (label: string) => createRandom(seed, label)
  const arriving = { goesOn: () => busy && arrivals !== null, givingUp: arrivals?.givingUp ?? 0 }
  const [record, newcomers, people] = await Promise.all([
    work(fleet, { tenants, clientsPerTenant, seed, patienceMs, goesOn: (sent) => busy || sent < commands }),
    comeIn(fleet, ground.operatorApiKey, random('newcomers'), arriving),
    signUpAndLeave(fleet, random('people'), arriving),
    disturb(),
  ])
  fleet.signal.throwIfAborted()

  if (nodes > 1) await [...fleet.nodes][0]!.kill()
  const waiting = await settleEvents(ground.database(), patienceMs)
  // A start removes what was half made when another node died.
  if (nodes > 1) await fleet.raise('node-1')
  const { effects, faults } = await checkHouses(ground, tenants, record)
  const half = await checkTenants(ground.database(), newcomers, people)
  return {
    commands: record,
    arrivals: newcomers.length + people.length,
    effects,
    deaths: killing.deaths,
    missed: killing.missed,
    faults: [...waiting, ...faults, ...half, ...people.flatMap((person) => person.faults)],
  }
}

function createKilling(fleet: Fleet, { points, atRandom }: Shift, seed: number) {
  const random = createRandom(seed, 'kills')
  const plan = planKills(points, atRandom, random)
  const deaths = new Map<string, number>()
  const again = new Set<string>()
  const missed: string[] = []
  const note = (what: string) => void deaths.set(what, (deaths.get(what) ?? 0) + 1)

  function died({ point }: Kill, hit: boolean): void {
    note(point !== null && hit ? point : 'at random')
    if (hit || point === null) return
    // Not visited so often: once must do.
    if (again.has(point)) missed.push(point)
    else plan.push({ point, visit: 1, afterMs: 0 })
    again.add(point)
  }

  return {
    deaths,
    missed,
    note,
    /** Kills the node, and starts it again, until the plan is done. */
    async run(name: string): Promise<void> {
      await killInTurn(fleet, name, () => plan.pop(), { patienceMs: 15_000, downMs: () => random.int(300) }, died)
      await fleet.raise(name)
    },
  }
}

async function checkHouses(ground: Ground, tenants: readonly Tenant[], record: readonly Command[]) {
  const faults: string[] = []
  let effects = 0
  for (const tenant of tenants) {
    const house = await readHouse(ground.database(), tenant.id)
    const own = record.filter((command) => command.tenant === tenant)
    const found = [...checkCommands(own, house), ...checkWhole(house), ...checkEffects(house)]
    faults.push(...found.map((fault) => `${tenant.tier}: ${fault}`))
    effects += house.effects.length
  }
  return { effects, faults }
}
