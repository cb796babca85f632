/** `npm run prove -- refresh`: whatever happens to refreshes, a token has one successor, honest clients stay and thieves end. */
import { postgres18, startServer } from '@rowhouse/testing'
import { type Count, createCount, showFindings } from '../count.ts'
import { openSite, type Site } from '../nodes/site.ts'
import type { Proof, Run } from '../proof.ts'
import { harms } from './family.ts'
import { killNodes } from './kills.ts'
import { mutants } from './mutants.ts'
import { noticeAll } from './notice.ts'
import { crookedClocks, play, scenarios } from './play.ts'
import { outage } from './outage.ts'
import { openScene } from './scene.ts'

export const refresh: Proof = {
  name: 'refresh',
  about: 'a refresh token has one successor, honest clients stay signed in, a revoked family is dead',
  async run(run) {
    const count = createCount()
    const server = await startServer(postgres18, { max_connections: 400 })
    try {
      const site = await openSite(server.url)
      try {
        await tellAll(site, count, run)
        const missed = await noticeAll(site, mutants, run, 2)
        for (const line of count.lines()) run.report(line)
        showFindings(count, run.seed, run.report)
        return verdict(count, missed)
      } finally {
        await site.close()
      }
    } finally {
      await server.stop()
    }
  },
}

async function tellAll(site: Site, count: Count, { seed, scale, signal }: Run): Promise<void> {
  const scene = await openScene(site, { count, signal, people: 12 })
  await play(scene, scenarios, seed, scale)
  await killNodes(scene, seed, Math.ceil(16 * scale))
  await outage(scene, seed, Math.ceil(40 * scale))
  await scene.close()
  const crooked = await openScene(site, { count, signal, people: 6, nodes: crookedClocks, sameTime: false })
  await play(crooked, scenarios, seed + 1, scale / 5)
  await crooked.close()
}

function verdict(count: Count, missed: readonly string[]) {
  const found = (harm: string) => count.findings.filter((finding) => finding.harm === harm).length
  return {
    held: count.findings.length === 0 && missed.length === 0,
    figures: [
      `${count.of('refreshes')} refreshes`,
      ...Object.values(harms).map((harm) => `${found(harm)} × ${harm}`),
      `noticed ${mutants.length - missed.length} of ${mutants.length} breaks`,
    ].join(', '),
  }
}
