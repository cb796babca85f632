/** Breaks the renewal of sessions in each way, on two nodes, and asks whether its stories notice. */
import { createCount, type Finding } from '../count.ts'
import type { Site } from '../nodes/site.ts'
import type { Run } from '../proof.ts'
import type { Mutant } from './mutants.ts'
import { crookedClocks, play, scenarios } from './play.ts'
import { openScene } from './scene.ts'

/** The names of those that nothing noticed. Several at a time: most of the time is spent waiting. */
export async function noticeAll(site: Site, mutants: readonly Mutant[], run: Run, atOnce: number): Promise<string[]> {
  const missed: string[] = []
  const left = [...mutants]
  async function work(): Promise<void> {
    for (let mutant = left.shift(); mutant; mutant = left.shift()) {
      run.signal.throwIfAborted()
      const finding = await firstFinding(site, mutant, run)
      if (!finding) missed.push(mutant.name)
      const how = finding ? `noticed: ${mutant.name} (${finding.harm} · ${finding.where})` : `MISSED: ${mutant.name}`
      run.report(`  ${how}`)
    }
  }
  await Promise.all(Array.from({ length: atOnce }, work))
  return missed
}

async function firstFinding(site: Site, mutant: Mutant, { seed, signal }: Run): Promise<Finding | undefined> {
  const found = new AbortController()
  const count = createCount()
  const stopAtFirst = {
    ...count,
    find(finding: Finding) {
      count.find(finding)
      found.abort(foundOne)
    },
  }
  const stop = AbortSignal.any([signal, found.signal])
  const [ahead, behind] = mutant.crooked ? crookedClocks : [{}, {}]
  const { edits } = mutant
  const nodes = [
    { ...ahead, edits },
    { ...behind, edits },
  ] as const
  const scene = await openScene(site, { count: stopAtFirst, signal: stop, people: 3, nodes, sameTime: !mutant.crooked })
  try {
    const which = scenarios.filter(({ name }) => mutant.noticedIn.includes(name))
    await play(scene, which, seed, 0.5).catch((error: unknown) => {
      if (!found.signal.aborted) throw error
    })
  } finally {
    await scene.close()
  }
  return count.findings[0]
}

const foundOne = new Error('found one')
