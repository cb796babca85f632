/** Breaks the product in each way and asks whether the proof notices. */
import * as sound from '@rowhouse/tenancy'
import { createCount, type Finding } from '../count.ts'
import { importBroken } from '../door/broken-code.ts'
import type { Run } from '../proof.ts'
import { openBehind } from './behind.ts'
import { breakEverywhere } from './cuts.ts'
import { type Ground, putRows } from './ground.ts'
import type { Mutant } from './mutants.ts'
import { haunt } from './neighbours/neighbours.ts'
import { openNode } from './node.ts'
import type { Settings } from './settings.ts'
import { work } from './work.ts'

/** How long it may take until something shows. */
const patienceMs = 30_000

/** @returns what was not noticed */
export async function noticeAll(
  ground: Ground,
  settings: Settings,
  mutants: readonly Mutant[],
  run: Run,
): Promise<string[]> {
  const missed: string[] = []
  for (const mutant of mutants) {
    run.signal.throwIfAborted()
    const mend = await breakEntrance(ground, mutant)
    try {
      const found = await firstFinding(ground, settings, mutant, run)
      if (!found) missed.push(mutant.name)
      const saw = `${found?.harm}: ${found?.saw.replaceAll(/\s+/g, ' ').slice(0, 120)}`
      run.report(
        `  ${found ? 'noticed' : 'MISSED'}: ${mutant.name} (${mutant.behind.title}; ${found ? saw : 'nothing'})`,
      )
    } finally {
      await mend()
    }
  }
  return missed
}

async function breakEntrance({ deployed: { admin, names } }: Ground, { enter }: Mutant): Promise<() => Promise<void>> {
  if (!enter) return async () => {}
  const [from, to] = enter
  const [row] = await admin<{ source: string }>(
    names.sharedDatabase,
    `select pg_get_functiondef('rowhouse.enter(uuid, bytea)'::regprocedure) as source`,
  )
  const { source } = row!
  if (!source.includes(from)) throw new Error(`rowhouse.enter has no ${from} to break`)
  await admin(names.sharedDatabase, source.replace(from, to))
  return async () => void (await admin(names.sharedDatabase, source))
}

/** Of what this mutant must be noticed as, at a few tenants of all tiers, whose rows are put back afterwards. */
async function firstFinding(
  ground: Ground,
  settings: Settings,
  mutant: Mutant,
  { seed, signal }: Run,
): Promise<Finding | undefined> {
  const few = (['shared', 'schema', 'database'] as const).flatMap((tier) =>
    ground.residents.filter(({ label }) => label.startsWith(tier)).slice(0, 8),
  )
  const tenancy = mutant.code ? await importBroken(mutant.code) : sound
  const count = createCount()
  const until = performance.now() + patienceMs
  const found = () => count.findings.find(({ harm }) => mutant.noticedAs.includes(harm))
  const more = () => found() === undefined && performance.now() < until && !signal.aborted
  const { scene, bouncer } = await openBehind(mutant.behind, ground, settings, count, { seed, signal })
  const node = openNode(tenancy, ground.deployed, bouncer.port, 8)
  const half = few.filter((_resident, at) => at % 2 === 0)
  try {
    await Promise.all([
      haunt(
        scene,
        Array.from({ length: 3 }, () => mutant.neighbours).filter(({ length }) => length > 0),
        more,
      ),
      work(scene, [node.door], half, 8, more),
      mutant.cuts &&
        breakEverywhere(
          scene,
          few.filter((resident) => !half.includes(resident)),
          { lanes: 2, every: 7, calls: [mutant.cuts], tenancy },
          more,
        ),
    ])
    return found()
  } finally {
    await node.stop()
    await bouncer.stop()
    for (const resident of few) resident.perhaps = undefined
    await putRows(ground.deployed, few)
  }
}
