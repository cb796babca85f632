/** The guide, run: its files become a module, in all three tiers. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { postgres18, server } from '@rowhouse/testing'
import type { ProductModule } from '@rowhouse/app'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestPlatform, type TestPlatform } from '../../apps/server/test-platform.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
let folder: string
let running: TestPlatform

beforeAll(async () => {
  mkdirSync(join(root, '.rowhouse'), { recursive: true })
  folder = mkdtempSync(join(root, '.rowhouse/guide-'))
  const guide = readFileSync(new URL('./first-module.md', import.meta.url), 'utf8')
  for (const [, file, content] of guide.matchAll(/^```\w+ file=(\S+)\n(.*?)^```$/gms)) {
    mkdirSync(dirname(join(folder, file!)), { recursive: true })
    writeFileSync(join(folder, file!), content!)
  }
  const notes = (await import(pathToFileURL(join(folder, 'notes/notes.ts')).href)) as ProductModule
  running = await startTestPlatform(await server(postgres18), [notes])
})

afterAll(async () => {
  await running?.stop()
  rmSync(folder, { recursive: true, force: true })
})

const call = async (key: string, payload?: object) => {
  const answer = await fetch(`${running.origin}/api/v1/notes`, {
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    ...(payload ? { method: 'POST', body: JSON.stringify(payload) } : {}),
  })
  return { status: answer.status, content: (await answer.json()) as { items: { text: string }[] } }
}

test('the new operations are in the OpenAPI document', async () => {
  const document = await (await fetch(`${running.origin}/openapi.json`)).json()
  const { paths } = document as { paths: Record<string, object> }
  expect(Object.keys(paths['/api/v1/notes']!)).toEqual(expect.arrayContaining(['post', 'get']))
})

test('every tenant writes and reads its own notes, in every tier, and nobody else’s', async () => {
  for (const { key, slug } of running.tenants) {
    expect(await call(key, { text: `of ${slug}` })).toMatchObject({ status: 201 })
  }
  for (const { key, slug } of running.tenants) {
    const { content } = await call(key)
    expect(content.items.map(({ text }) => text)).toEqual([`of ${slug}`])
  }
})
