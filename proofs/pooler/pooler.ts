/** `npm run prove -- pooler`: a thousand tenants on four server connections, among hostile neighbours. */
import { pgbouncer118, pgbouncer124, postgres18, startServer } from '@rowhouse/testing'
import { type Count, createCount, showFindings } from '../count.ts'
import type { Proof } from '../proof.ts'
import { liveBehind, type Size } from './behind.ts'
import { allTroubles } from './disturb.ts'
import { layGround, type Population } from './ground.ts'
import { mutants } from './mutants.ts'
import { everybody } from './neighbours/neighbours.ts'
import { noticeAll } from './notice.ts'
import { harms } from './scene.ts'
import { learnSettings } from './settings.ts'

const thousand: Population = { shared: 952, schema: 40, database: 8 }

export const pooler: Proof = {
  name: 'pooler',
  about: 'a thousand tenants on four connections of PgBouncer, hostile neighbours: no wrong row, nothing left behind',
  async run(run) {
    const { seed, scale, report } = run
    const count = createCount()
    const server = await startServer(postgres18, { max_connections: 400 })
    try {
      const ground = await layGround(server.url, thousand, seed)
      const settings = await learnSettings(ground.deployed, ground.residents)
      report(`${ground.residents.length} tenants in ${ground.databases.length} databases`)
      const size: Size = {
        answers: 26_000 * scale,
        workers: 32,
        neighbours: everybody,
        cuts: { lanes: 16, every: 1 },
        silence: true,
        troubles: allTroubles,
      }
      for (const pgbouncer of [pgbouncer118, pgbouncer124]) {
        await liveBehind(pgbouncer, ground, settings, size, count, run)
      }
      const missed = await noticeAll(ground, settings, mutants, run)
      for (const line of count.lines()) report(line)
      showFindings(count, seed, report)
      return verdict(count, missed)
    } finally {
      await server.stop()
    }
  },
}

function verdict(count: Count, missed: readonly string[]) {
  const found = (harm: string) => count.findings.filter((finding) => finding.harm === harm).length
  return {
    held: count.findings.length === 0 && missed.length === 0,
    figures: [
      `${count.of('answers compared')} answers`,
      ...Object.values(harms).map((harm) => `${found(harm)} × ${harm}`),
      `noticed ${mutants.length - missed.length} of ${mutants.length} breaks`,
    ].join(', '),
  }
}
