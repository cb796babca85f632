/** The guide, run: its files become a module, in all three tiers, and its subscriber acts. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import type { ProductModule } from '@rowhouse/app'
import { postgres18, server } from '@rowhouse/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { httpCall } from '../../apps/server/http-call.fixture.ts'
import { startTestPlatform, type TestPlatform } from '../../apps/server/test-platform.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
let folder: string
let running: TestPlatform

beforeAll(async () => {
  mkdirSync(join(root, '.rowhouse'), { recursive: true })
  folder = mkdtempSync(join(root, '.rowhouse/guide-'))
  const guide = readFileSync(new URL('./events.md', import.meta.url), 'utf8')
  for (const [, file, content] of guide.matchAll(/^```\w+ file=(\S+)\n(.*?)^```$/gms)) {
    mkdirSync(dirname(join(folder, file!)), { recursive: true })
    writeFileSync(join(folder, file!), content!)
  }
  const reviews = (await import(pathToFileURL(join(folder, 'reviews/reviews.ts')).href)) as ProductModule
  running = await startTestPlatform(await server(postgres18), [reviews], { relay: true })
})
afterAll(async () => {
  await running?.stop()
  rmSync(folder, { recursive: true, force: true })
})

test('every tenant has its own scores, in every tier, each review counted once', async () => {
  const call = httpCall(running.origin)
  for (const { key } of running.tenants) {
    for (const [product, stars] of [
      ['lamp', 5],
      ['chair', 2],
      ['lamp', 4],
    ] as const) {
      expect(await call('POST', '/api/v1/reviews', { product, stars }, { token: key })).toMatchObject({ status: 201 })
    }
  }
  for (const { key } of running.tenants) {
    const scores = async () => (await call('GET', '/api/v1/scores', undefined, { token: key })).body.items
    await expect.poll(scores, { timeout: 10_000 }).toEqual([
      { product: 'chair', reviews: 1, stars: 2 },
      { product: 'lamp', reviews: 2, stars: 9 },
    ])
  }
})
