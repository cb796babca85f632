import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import type { Run } from '../proof.ts'
import { mutants } from './mutants/mutants.ts'
import { attackOnce, noticeAll } from './skeleton.ts'

const root = new URL('../../', import.meta.url)
const run: Run = { seed: 1, scale: 0.05, report: () => {}, signal: new AbortController().signal }

test('a stranger with a token of another tenant sees nothing, in any tier', { timeout: 60_000 }, async () => {
  const { findings, sent } = await attackOnce(run, 2, { attackers: 1, victims: 2, timings: 0, everyName: 4 })
  expect(findings).toEqual([])
  expect(sent()).toBeGreaterThan(1_000)
})

test('a broken product is noticed', { timeout: 60_000 }, async () => {
  const one = mutants.filter(
    ({ name }) => name === 'an id is checked where things are read, and not where they are changed',
  )
  expect(one).toHaveLength(1)
  expect(await noticeAll(run, one)).toEqual([])
})

test('every break is one, its words stand in the source, and it shows as something', () => {
  expect(new Set(mutants.map(({ name }) => name)).size).toBe(mutants.length)
  expect(mutants.length).toBeGreaterThanOrEqual(10)
  for (const { name, code = [], sql, shows } of mutants) {
    expect(code.length > 0 || sql !== undefined, name).toBe(true)
    for (const { file, from } of code) expect(readFileSync(new URL(file, root), 'utf8'), name).toContain(from)
    expect(shows.length, name).toBeGreaterThan(0)
  }
})
