import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { cached } from './cache.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rowhouse-cache-test-'))
  vi.stubEnv('ROWHOUSE_CACHE', join(folder, 'cache'))
})
afterEach(async () => {
  vi.unstubAllEnvs()
  await rm(folder, { recursive: true })
})

test('is made once, also by several at once, and found afterwards', async () => {
  let makers = 0
  const make = async (work: string) => writeFile(join(work, 'maker'), String((makers += 1)))
  const places = await Promise.all([cached('thing', make), cached('thing', make), cached('thing', make)])
  expect(new Set(places)).toEqual(new Set([join(folder, 'cache', 'thing')]))
  const made = makers
  expect(await cached('thing', make)).toBe(places[0])
  expect(makers).toBe(made)
  expect(await readdir(join(folder, 'cache'))).toEqual(['thing'])
  expect(Number(await readFile(join(places[0], 'maker'), 'utf8'))).toBeLessThanOrEqual(made)
})

test('is whole or not there', async () => {
  const half = async (work: string) => {
    await writeFile(join(work, 'half'), '')
    throw new Error('cut short')
  }
  await expect(cached('thing', half)).rejects.toThrow('cut short')
  expect(await readdir(join(folder, 'cache'))).toEqual([])
})
