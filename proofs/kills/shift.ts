/** One deployment at work: clients send commands, nodes are killed and started again, and in the end all is counted. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Run } from '../proof.ts'
import { createRandom } from '../random.ts'
import { checkCommands, checkEffects, checkWhole } from './check.ts'
import type { Command, Tenant } from './commands.ts'
import { settleEvents } from './database.ts'
import { createFleet, killInTurn, planKills, type Kill } from './fleet.ts'
import type { Ground } from './ground.ts'
import { readHouse } from './house.ts'
import { checkTenants } from './check-tenants.ts'
import { comeIn, settleIn } from './newcomers.ts'
import { signUpAndLeave } from './people.ts'
import { work } from './workload.ts'

export interface Shift {
  readonly nodes: 1 | 2
  /** At least; clients go on until the last kill. */
  readonly commands: number
  /** Crash points, each to be died at. */
  readonly points: readonly string[]
  readonly atRandom: number
  readonly clientsPerTenant: number
}

export interface Tally {
  readonly commands: readonly Command[]
  readonly newcomers: number
  readonly effects: number
  /** By crash point, and at random. */
  readonly deaths: ReadonlyMap<string, number>
  /** Crash points that were never visited. */
  readonly missed: readonly string[]
  readonly faults: readonly string[]
}

export async function killAtWork(
  ground: Ground,
  { nodes, commands, points, atRandom, clientsPerTenant }: Shift,
  { seed, signal }: Pick<Run, 'seed' | 'signal'>,
): Promise<Tally> {
  // Whoever fails ends the others' waiting.
  const over = new AbortController()
  const fleet = createFleet(ground.start, AbortSignal.any([signal, over.signal]))
  try {
    const first = await fleet.raise('node-1')
    const tenants = await settleIn(fleet, ground.operatorApiKey, createRandom(seed, 'tenants'))
    await first.stop()

    const random = createRandom(seed, 'kills')
    const plan = planKills(points, atRandom, random)
    const deaths = new Map<string, number>()
    const again = new Set<string>()
    const missed: string[] = []
    const died = ({ point }: Kill, hit: boolean) => {
      const where = point === null || !hit ? 'at random' : point
      deaths.set(where, (deaths.get(where) ?? 0) + 1)
      if (hit || point === null) return
      // Not visited so often: once must do.
      if (again.has(point)) missed.push(point)
      else plan.push({ point, visit: 1, afterMs: 0 })
      again.add(point)
    }
    let killers: number = nodes
    const killer = async (name: string) => {
      await killInTurn(fleet, name, () => plan.pop(), { patienceMs: 15_000, downMs: () => random.int(300) }, died)
      await fleet.raise(name)
      killers -= 1
    }
    const goesOn = () => killers > 0
    const names = Array.from({ length: nodes }, (_, at) => `node-${at + 1}`)
    const [record, newcomers, people] = await Promise.all([
      work(fleet, { tenants, clientsPerTenant, seed, goesOn: (sent) => goesOn() || sent < commands }),
      comeIn(fleet, ground.operatorApiKey, createRandom(seed, 'newcomers'), goesOn),
      signUpAndLeave(fleet, createRandom(seed, 'people'), { goesOn, most: 150 }),
      ...names.map(killer),
    ])
    signal.throwIfAborted()

    if (nodes > 1) await [...fleet.nodes][0]!.kill()
    const faults = await settleEvents(ground.database())
    // A start removes what died half made.
    if (nodes > 1) await fleet.raise('node-1')
    faults.push(...people.flatMap((person) => person.faults))
    const { effects, faults: more } = await checkHouses(ground, tenants, record)
    faults.push(...more, ...(await checkTenants(ground.database(), newcomers, people)))
    return { commands: record, newcomers: newcomers.length + people.length, effects, deaths, missed, faults }
  } finally {
    over.abort(new Error('The shift is over'))
    await sleep(0)
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
