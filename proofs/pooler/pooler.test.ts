import { available, pgbouncer118, pgbouncer124, postgres18, server } from '@rowhouse/testing'
import { beforeAll, describe, expect, test } from 'vitest'
import { createCount } from '../count.ts'
import type { Run } from '../proof.ts'
import { liveBehind, type Size } from './behind.ts'
import { type Ground, layGround } from './ground.ts'
import { mutants } from './mutants.ts'
import { everybody } from './neighbours/neighbours.ts'
import { noticeAll } from './notice.ts'
import { learnSettings, type Settings } from './settings.ts'

const run: Run = { seed: 1, scale: 0.02, report: () => {}, signal: new AbortController().signal }
const miniature: Size = {
  answers: 300,
  workers: 6,
  neighbours: everybody.slice(3),
  cuts: { lanes: 3, every: 100 },
  silence: false,
  troubles: ['PgBouncer was restarted at once'],
}
/** Broken in SQL. */
const cheap = mutants.filter(({ name }) => name === 'the tenant is set for the session')

const poolers = await available(pgbouncer118, pgbouncer124)

describe('through PgBouncer', { timeout: 120_000 }, () => {
  let ground: Ground
  let settings: Settings

  beforeAll(async () => {
    ground = await layGround(await server(postgres18), { shared: 48, schema: 3, database: 1 }, run.seed)
    settings = await learnSettings(ground.deployed, ground.residents)
  })

  for (const pgbouncer of poolers) {
    test(`no wrong row and nothing left behind among hostile neighbours: ${pgbouncer.title}`, async () => {
      const count = createCount()
      await liveBehind(pgbouncer, ground, settings, miniature, count, run)
      expect(count.findings).toEqual([])
      expect(count.of('answers compared')).toBeGreaterThan(300)
      for (const what of ['leftovers planted', 'looks into sessions', 'cancel requests', 'answers to a read: cut']) {
        expect(count.of(what), what).toBeGreaterThan(0)
      }
    })
  }

  test('a tenant that stays in the session is noticed', async () => {
    expect(cheap).toHaveLength(1)
    expect(await noticeAll(ground, settings, cheap, run)).toEqual([])
  })
})
