/** `npm run prove -- tokens`: of tokens that are not ours, or not meant for here or now, none is accepted and none breaks anything. */
import { postgres18, startServer } from '@rowhouse/testing'
import { createCount, showFindings } from '../count.ts'
import { openSite, type Site } from '../nodes/site.ts'
import type { Proof, Run } from '../proof.ts'
import { attack, harms, rows } from './attack.ts'
import { type Mutant, mutants } from './mutants.ts'
import { notice } from './notice.ts'
import { aging } from './probes/aging.ts'
import { hosts } from './probes/hosts.ts'
import { rotation } from './probes/rotation.ts'
import { openScene } from './scene.ts'

export const tokens: Proof = {
  name: 'tokens',
  about: 'hostile access tokens are answered 401, whatever they are made of and wherever they are sent',
  async run(run) {
    const { seed, scale, report, signal } = run
    const count = createCount()
    const server = await startServer(postgres18)
    const site = await openSite(server.url)
    let missed: string[]
    try {
      const scene = await openScene(site, seed)
      const size = { part: Math.min(1, scale), targets: Math.max(1, Math.round(3 * scale)) }
      await attack({ scene, count, seed, ...size, rows: Object.keys(rows), signal })
      await hosts(scene, count)
      await aging(scene, count)
      await scene.close()
      await rotation(site, count, Math.ceil(2 * Math.sqrt(scale)), signal)
      missed = await noticeAll(site, mutants, run)
    } finally {
      await site.close()
      await server.stop()
    }
    report('By row of the threat list, and besides:')
    for (const line of count.lines()) report(line)
    showFindings(count, seed, report)
    const found = (harm: string) => count.findings.filter((finding) => finding.harm === harm).length
    const sent = Object.keys(rows).reduce((sum, row) => sum + count.of(row), 0)
    return {
      held: count.findings.length === 0 && missed.length === 0,
      figures: [
        `${sent} hostile tokens`,
        `${found(harms.accepted)} accepted`,
        `${found(harms.failed)} answers of class 5xx`,
        `${found(harms.refused)} genuine ones refused`,
        `noticed ${mutants.length - missed.length} of ${mutants.length} breaks`,
      ].join(', '),
    }
  },
}

/** The names of those that nothing noticed. */
export async function noticeAll(
  site: Site,
  which: readonly Mutant[],
  { seed, report, signal }: Run,
): Promise<string[]> {
  const missed: string[] = []
  for (const mutant of which) {
    signal.throwIfAborted()
    const finding = await notice(site, mutant, seed, signal)
    if (!finding) missed.push(mutant.name)
    report(`  ${finding ? 'noticed' : 'MISSED'}: ${mutant.name}${finding ? ` (${finding.where.split('\n')[0]})` : ''}`)
  }
  return missed
}
