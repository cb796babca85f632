import { postgres15, postgres18, servers } from '@rowhouse/testing'
import { describe, expect, test } from 'vitest'
import type { Run } from '../proof.ts'
import { rows } from './coverage.ts'
import { attackServer, noticeOn } from './door.ts'
import { mutants } from './mutants/mutants.ts'
import { createTally } from './tally.ts'

const run: Run = { seed: 1, scale: 0.05, report: () => {}, signal: new AbortController().signal }
const miniature = { thorough: false, generated: 60, repeats: 1, everyFunction: 100, everyCommand: 10, timings: 0 }

/** Broken in SQL alone and noticed by the first probes. The proof breaks all of them. */
const cheap = mutants.filter(({ name }) =>
  [
    'a policy is always true',
    'the seal is not checked',
    'the proof is not checked',
    'the lock is skipped',
    'a unique key without tenant_id',
    'a view without security_invoker',
  ].includes(name),
)

for (const { title, url } of await servers(postgres18, postgres15)) {
  describe(title, { timeout: 120_000 }, () => {
    test('hostile SQL reads, changes and learns nothing of another tenant', async () => {
      const tally = createTally()
      await attackServer(url, miniature, tally, run)
      expect(tally.findings).toEqual([])
      expect(tally.sent()).toBeGreaterThan(3_000)
    })

    test('a broken door is noticed', async () => {
      expect(cheap).toHaveLength(6)
      expect(await noticeOn(url, run, cheap)).toEqual([])
    })
  })
}

test('every break that the coverage names exists, and every row has one, a probe or a reason', () => {
  const names = new Set(mutants.map(({ name }) => name))
  const named = Object.values(rows).flatMap(({ breaks = [] }) => breaks)
  expect(named.filter((name) => !names.has(name))).toEqual([])
  expect([...names].filter((name) => !named.includes(name))).toEqual([])
  expect(Object.keys(rows)).toEqual(Array.from({ length: 29 }, (_, at) => `I${at + 1}`))
  expect(Object.values(rows).every(({ probes, breaks, later }) => probes || breaks || later)).toBe(true)
})
