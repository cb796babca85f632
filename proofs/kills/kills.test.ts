import { postgres18, server } from '@rowhouse/testing'
import { expect, test } from 'vitest'
import { crashPoints } from './crash-points.ts'
import { besidePostgres } from './ground.ts'
import { killOn } from './kills.ts'
import { mutants } from './mutants.ts'
import { briefly } from './notice.ts'

const run = { seed: 1, signal: new AbortController().signal }
const url = await server(postgres18)
const short = { ...briefly({ points: [] }), commands: 100 }

test('killed with -9 at three places, nodes lose, double and halve nothing', { timeout: 120_000 }, async () => {
  const points = ['events.handled', 'idempotency.committed', 'tenancy.provision.built']
  const shift = { ...short, points, arrivals: { givingUp: 0.3 } }
  const { commands, deaths, missed, faults } = await killOn(await besidePostgres(url, []), shift, run)
  expect(faults).toEqual([])
  expect(missed).toEqual([])
  expect([...deaths.keys()]).toEqual(expect.arrayContaining(points))
  expect(commands.filter(({ outcome }) => outcome === 'unknown')).toEqual([])
  expect(commands.length).toBeGreaterThanOrEqual(100)
})

test('an inbox that is committed apart from the effect is noticed', { timeout: 120_000 }, async () => {
  const { edits, points } = mutants.find(({ name }) => name.startsWith('the inbox is written before the effect'))!
  const { faults } = await killOn(await besidePostgres(url, edits), { ...short, points }, run)
  expect(faults).toContainEqual(expect.stringContaining('had no effect'))
})

test('breaks die at crash points that there are', () => {
  const known = new Set(crashPoints())
  expect(known.size).toBeGreaterThan(10)
  expect(mutants.flatMap(({ points }) => points).filter((point) => !known.has(point))).toEqual([])
})
