import { postgres18, servers } from '@rowhouse/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createCount } from '../count.ts'
import { openSite, type Site } from '../nodes/site.ts'
import type { Run } from '../proof.ts'
import { attack, rows } from './attack.ts'
import { mutants } from './mutants.ts'
import { hosts } from './probes/hosts.ts'
import { openScene } from './scene.ts'
import { noticeAll } from './tokens.ts'

const run: Run = { seed: 1, scale: 0.1, report: () => {}, signal: new AbortController().signal }

/** Wrong in its words and in its form. The proof breaks all of them. */
const cheap = mutants.filter(({ name }) =>
  ['aud is not compared', 'other letters of the same bytes are read'].includes(name),
)

for (const { title, url } of await servers(postgres18)) {
  describe(title, { timeout: 120_000 }, () => {
    let site: Site
    beforeAll(async () => {
      site = await openSite(url)
    })
    afterAll(() => site?.close())

    test('hostile tokens are refused by every operation, and genuine ones are not', async () => {
      const count = createCount()
      const scene = await openScene(site, run.seed)
      await attack({ scene, count, ...run, part: 0.2, targets: 1, rows: Object.keys(rows) })
      await hosts(scene, count)
      await scene.close()
      expect(count.findings).toEqual([])
      expect(Object.keys(rows).filter((row) => count.of(row) < 10)).toEqual([])
      expect(count.of('genuine tokens accepted')).toBeGreaterThan(20)
    })

    test('broken verification is noticed', async () => {
      expect(cheap).toHaveLength(2)
      expect(await noticeAll(site, cheap, run)).toEqual([])
    })
  })
}
