/** Breaks the verification in each way, on a node of its own, and asks whether the row of tokens notices. */
import { createCount, type Finding } from '../count.ts'
import type { Site } from '../nodes/site.ts'
import { attack, rows } from './attack.ts'
import type { Mutant } from './mutants.ts'
import { aging } from './probes/aging.ts'
import { hosts } from './probes/hosts.ts'
import { openScene, type Scene } from './scene.ts'

/** What noticed, or undefined. */
export async function notice(
  site: Site,
  mutant: Mutant,
  seed: number,
  signal: AbortSignal,
): Promise<Finding | undefined> {
  const scene = await openScene(site, seed, mutant.edits)
  try {
    return await firstFinding(scene, mutant.noticedBy, seed, signal)
  } finally {
    await scene.close()
  }
}

async function firstFinding(
  scene: Scene,
  noticedBy: string,
  seed: number,
  signal: AbortSignal,
): Promise<Finding | undefined> {
  const found = new AbortController()
  const count = createCount()
  const stopAtFirst = {
    ...count,
    find(finding: Finding) {
      count.find(finding)
      found.abort(foundOne)
    },
  }
  const attacking = async () => {
    if (noticedBy === 'aging') return aging(scene, stopAtFirst)
    if (noticedBy === 'hosts') return hosts(scene, stopAtFirst)
    const only = Object.keys(rows).filter((name) => name === noticedBy)
    const stop = AbortSignal.any([signal, found.signal])
    return attack({ scene, count: stopAtFirst, seed, part: 1, targets: 2, rows: only, signal: stop })
  }
  await attacking().catch((error: unknown) => {
    if (error !== foundOne) throw error
  })
  return count.findings[0]
}

const foundOne = new Error('found one')
