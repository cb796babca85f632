/** Breaks the door in each way and asks whether the proof notices. */
import * as tenancy from '@rowhouse/tenancy'
import pg from 'pg'
import { attackHouse } from './attack.ts'
import { importBroken } from './broken-code.ts'
import type { Mutant } from './mutants/mutants.ts'
import { probes } from './probes/probes.ts'
import { createTally, type Finding } from './tally.ts'
import { openVault, type Vault } from './vault.ts'
import type { World } from './world.ts'

export interface Noticed {
  readonly mutant: Mutant
  /** Who should have noticed and did not. */
  readonly missed: readonly string[]
  readonly saw: string
}

const usual = Object.keys(probes).filter(
  (name) => !['hostileNames', 'whileMigrating', 'timing', 'garbage'].includes(name),
)
const size = { thorough: true, generated: 120, repeats: 1, everyFunction: 40, everyCommand: 1, timings: 0 }

export interface Looking {
  readonly seed: number
  readonly signal: AbortSignal
  /** Only the probes that have reason to notice, for tests. */
  readonly quick: boolean
}

export async function breakAndNotice(
  world: World,
  mutants: readonly Mutant[],
  looking: Looking,
  tell: (noticed: Noticed) => void,
): Promise<Noticed[]> {
  const vault = await openVault(world)
  const healthy = await whatIsSeen(world, vault, { name: 'sound', noticedBy: [] }, looking)
  if (healthy) throw new Error(`The door is not broken yet, and was found to be: ${healthy.statement}: ${healthy.saw}`)
  const results: Noticed[] = []
  for (const mutant of mutants) {
    looking.signal.throwIfAborted()
    const admin = await world.admin(world.names.sharedDatabase)
    const mend = (await mutant.sql?.(admin, world)) ?? []
    try {
      const faults = mutant.noticedBy.includes('checks') ? await checks(world) : []
      const found = mutant.noticedBy.includes('probes') ? await whatIsSeen(world, vault, mutant, looking) : undefined
      const missed = mutant.noticedBy.filter((who) => (who === 'checks' ? faults.length === 0 : found === undefined))
      const result = {
        mutant,
        missed,
        saw: [...faults.slice(0, 1), ...(found ? [`${found.harm}: ${found.saw}`] : [])].join(' | '),
      }
      results.push(result)
      tell(result)
    } finally {
      for (const statement of mend) await admin.query(statement)
      for (const house of world.houses) await vault.mend(house.databaseName)
    }
    const left = await checks(world)
    if (left.length > 0) throw new Error(`After "${mutant.name}" the door was not mended: ${left.join('; ')}`)
  }
  return results
}

/** The first thing that a probe finds, in the two houses of the database that is broken. */
async function whatIsSeen(
  world: World,
  vault: Vault,
  mutant: Mutant,
  { seed, signal, quick }: Looking,
): Promise<Finding | undefined> {
  const broken = mutant.code ? await importBroken(mutant.code) : tenancy
  const found = new AbortController()
  const tally = createTally()
  const firstOnly = {
    ...tally,
    find(finding: Finding) {
      tally.find(finding)
      found.abort(foundOne)
    },
    count(category: string) {
      tally.count(category)
      found.signal.throwIfAborted()
    },
  }
  const attack = {
    world,
    vault,
    tally: firstOnly,
    seed,
    size: quick ? { ...size, generated: 0 } : size,
    signal: AbortSignal.any([signal, found.signal]),
  }
  const first = mutant.probes ?? ['context']
  const names = quick ? first : [...first, ...usual.filter((name) => !first.includes(name))]
  for (const house of world.houses.slice(0, 2)) {
    await attackHouse(attack, house, names, { tenancy: broken, verify: false }).catch((error: unknown) => {
      if (tally.findings.length === 0) throw error
    })
    if (tally.findings.length > 0) return tally.findings[0]
  }
  return undefined
}

const foundOne = new Error('found one')

/** What start-up and the end of every migration check. */
async function checks(world: World): Promise<string[]> {
  const { names, residents, applicationUrl } = world
  const admin = await world.admin(names.sharedDatabase)
  const faults: string[] = []
  const houses = new Map(
    residents.filter((r) => r.placement.databaseName === names.sharedDatabase).map((r) => [r.placement.schemaName, r]),
  )
  for (const [schemaName, { id, tier }] of houses) {
    const target = { databaseName: names.sharedDatabase, schemaName, soleTenantId: tier === 'schema' ? id : null }
    faults.push(...(await tenancy.uncovered(admin, names, target)))
  }
  const client = new pg.Client({ connectionString: tenancy.urlOf(applicationUrl, names.sharedDatabase) })
  await client.connect()
  await tenancy.verifyDatabase(client).catch((error: Error) => faults.push(error.message))
  await client.end()
  return faults
}
