import { postgres18, servers } from '@rowhouse/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createCount } from '../count.ts'
import { openSite, type Site } from '../nodes/site.ts'
import type { Run } from '../proof.ts'
import { killNodes } from './kills.ts'
import { mutants } from './mutants.ts'
import { noticeAll } from './notice.ts'
import { play, scenarios } from './play.ts'
import { openScene } from './scene.ts'

const run: Run = { seed: 1, scale: 0.03, report: () => {}, signal: new AbortController().signal }

/** Of the stories that wait for a window to pass the miniature tells one, while nodes are killed. */
const late = scenarios.filter(({ name }) => name === 'a parent after its window')
const quick = scenarios.filter((each) => !late.includes(each) && each.name !== 'older ones after the window')
const cheap = mutants.filter(({ name }) => name === 'a renewal opens what was ended')

for (const { title, url } of await servers(postgres18)) {
  describe(title, { timeout: 120_000 }, () => {
    let site: Site
    beforeAll(async () => {
      site = await openSite(url)
    })
    afterAll(() => site?.close())

    test('one successor, honest clients stay, revoked families are dead, also when a node is killed', async () => {
      const count = createCount()
      const scene = await openScene(site, { ...run, count, people: 3 })
      await play(scene, quick, run.seed, run.scale)
      await Promise.all([play(scene, late, run.seed, run.scale), killNodes(scene, run.seed, 1)])
      await scene.close()
      expect(count.findings).toEqual([])
      expect([...quick, ...late].filter(({ name }) => count.of(`stories: ${name}`) === 0)).toEqual([])
      expect(count.of('refreshes')).toBeGreaterThan(200)
    })

    test('broken renewal is noticed', async () => {
      expect(cheap).toHaveLength(1)
      expect(await noticeAll(site, cheap, run, 1)).toEqual([])
    })
  })
}
