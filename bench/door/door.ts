/** A tenant's read through the sealed door, against the same read by hand and against the usual way. See ../README.md. */
import { delayProxy } from '@rowhouse/testing'
import type { Door, Tenant, Tier } from '@rowhouse/tenancy'
import type { Bench } from '../bench.ts'
import {
  cpuRatioOf,
  type Effort,
  measure,
  type Measured,
  medianOf,
  type Ratio,
  ratioOf,
  type Side,
} from '../measure.ts'
import { benchPooled } from './pooled.ts'
import { createProbes } from './probes.ts'
import * as reads from './sides.ts'
import { openStage, type Size, type Stage } from './stage.ts'
import * as writes from './writes.ts'

const full: Size = {
  tenants: { shared: 1_000, schema: 200, database: 20 },
  rows: { shared: 1_000, schema: 1_000, database: 10_000 },
}

export const doorBench: Bench = {
  name: 'door',
  title: 'one row by its id through the sealed door, 1,000,000 rows of 1,000 tenants, in every tier',
  run: (say) => benchDoor(full, { rounds: 30, sliceMs: 150 }, say),
}

/** One ratio, and the least it must be where the project has promised that. */
interface Figure {
  readonly what: string
  readonly inFlight: number
  readonly side: string
  readonly other: string
  readonly ratio: Ratio
  readonly cpuRatio: number
  readonly atLeast: number | undefined
}

export async function benchDoor(size: Size, effort: Pick<Effort, 'rounds' | 'sliceMs'>, say: (line: string) => void) {
  const stage = await openStage(size, say)
  const measured: Record<string, Measured> = {}
  const figures: Figure[] = []

  async function compare(
    what: string,
    inFlight: number,
    sides: readonly Side[],
    comparisons: readonly Comparison[],
    warmUpUnits = 0,
  ) {
    const result = await measure(sides, { ...effort, inFlight, warmUpUnits }, stage.serverCpu.usedUs)
    measured[`${what}, ${inFlight} in flight`] = result
    say(`${what}, ${inFlight} in flight (${Math.round(result.othersShare * 100)} % of the CPU went to others)`)
    for (const { name } of sides) say(`  ${name}: ${effortOf(result, name)}`)
    for (const [side, other, atLeast] of comparisons) {
      const ratio = ratioOf(result, side, other)
      const figure = { what, inFlight, side, other, ratio, cpuRatio: cpuRatioOf(result, side, other), atLeast }
      figures.push(figure)
      say(`  ${line(figure)}`)
    }
  }

  try {
    await benchReads(stage, size, compare)
    await benchNames(stage, size, compare)
    await benchDelayed(stage, size, compare)
    await benchPooled(stage, probesOf(stage, size, 'shared'), compare)
    await benchWrites(stage, size, compare)
  } finally {
    await stage.stop()
  }
  return { figures: summary(figures), details: { size, figures, measured } }
}

type Comparison = readonly [side: string, other: string, atLeast?: number]
export type Compare = (
  what: string,
  inFlight: number,
  sides: readonly Side[],
  comparisons: readonly Comparison[],
  warmUpUnits?: number,
) => Promise<void>

async function benchReads(stage: Stage, size: Size, compare: Compare): Promise<void> {
  // A door for each side: on one door's connections their statements would push each other out of the 256 that are kept.
  const [byText, byKysely] = [stage.openDoor(stage.applicationUrl), stage.openDoor(stage.applicationUrl)]
  const hand = reads.createHandPools(stage.byHandUrl)
  try {
    for (const tier of ['shared', 'database', 'schema'] as const) {
      const next = probesOf(stage, size, tier)
      for (const { door } of [byText, byKysely]) await meetAll(door, stage.tenants[tier])
      const byHand = tier === 'schema' ? reads.byHandUnnamed(hand, next) : reads.byHandNamed(hand, next)
      const atLeast = tier === 'schema' ? 0.7 : 0.6
      for (const inFlight of [1, 16]) {
        await compare(
          `${tier} tier`,
          inFlight,
          [byHand, reads.doorByText(byText.door, next), reads.doorByKysely(byKysely.door, next)],
          [
            ['door by text', byHand.name, atLeast],
            ['door by Kysely', byHand.name],
          ],
          // PostgreSQL plans a named statement anew for its first five uses: on every connection, for every schema.
          tier === 'schema' ? 10 * inFlight * stage.tenants.schema.length : 0,
        )
      }
    }
  } finally {
    await Promise.all([byText.pools.stop(), byKysely.pools.stop(), hand.stop()])
  }
}

/** What a flight to a schema of its own gains by naming its statement. */
async function benchNames(stage: Stage, size: Size, compare: Compare): Promise<void> {
  const { pools, proofs } = stage.openDoor(stage.applicationUrl)
  const next = probesOf(stage, size, 'schema')
  const sides = (['unnamed', 'one name', 'a name for each schema'] as const).map((naming) =>
    reads.flight(naming, pools, proofs, next),
  )
  try {
    for (const inFlight of [1, 16]) {
      const comparisons = [
        ['one name', 'unnamed'],
        ['a name for each schema', 'unnamed'],
      ] as const
      await compare('schema tier, names', inFlight, sides, comparisons, 10 * inFlight * stage.tenants.schema.length)
    }
  } finally {
    await pools.stop()
  }
}

/** The door against four awaited round trips, over a network of 1 ms there and back. */
async function benchDelayed(stage: Stage, size: Size, compare: Compare): Promise<void> {
  const proxy = await delayProxy({ target: stage.applicationUrl, delayMs: 0.5 })
  const { door, pools } = stage.openDoor(proxy.url)
  const hand = reads.createHandPools(viaPort(stage.usualUrl, proxy.port))
  const next = probesOf(stage, size, 'shared')
  try {
    await meetAll(door, stage.tenants.shared)
    for (const [inFlight, atLeast] of [
      [1, 3.5],
      [16, 2.5],
    ] as const) {
      const sides = [reads.doorByText(door, next), reads.doorByKysely(door, next), reads.usualWay(hand, next)]
      await compare('1 ms of network', inFlight, sides, [
        ['door by text', 'usual way', atLeast],
        ['door by Kysely', 'usual way'],
      ])
    }
    const changes = [writes.changeThroughDoor(door, next), writes.changeUsualWay(hand, next)]
    await compare('1 ms of network, read and change', 1, changes, [['door by Kysely', 'usual way']])
  } finally {
    await Promise.all([pools.stop(), hand.stop()])
    await proxy.close()
  }
}

async function benchWrites(stage: Stage, size: Size, compare: Compare): Promise<void> {
  const { door, pools } = stage.openDoor(stage.applicationUrl)
  const hand = reads.createHandPools(stage.byHandUrl)
  const usual = reads.createHandPools(stage.usualUrl)
  const next = probesOf(stage, size, 'shared')
  try {
    await meetAll(door, stage.tenants.shared)
    const reading = [reads.doorByKysely(door, next), reads.usualWay(usual, next)]
    await compare('read', 16, reading, [['door by Kysely', 'usual way']])
    const inserts = [
      writes.insertThroughDoor(door, next),
      writes.insertByHand(hand, next),
      writes.insertUsualWay(usual, next),
    ]
    await compare('insert', 16, inserts, [
      ['door by Kysely', 'by hand, named'],
      ['door by Kysely', 'usual way'],
    ])
    const changes = [writes.changeThroughDoor(door, next), writes.changeUsualWay(usual, next)]
    await compare('read and change', 16, changes, [['door by Kysely', 'usual way']])
  } finally {
    await Promise.all([pools.stop(), hand.stop(), usual.stop()])
  }
}

/** A node looks each tenant up once a minute; a run is too short to pay for all of them. */
async function meetAll(door: Door, tenants: readonly Tenant[]): Promise<void> {
  for (const { id } of tenants) await door.query(id, 'select 1', [])
}

const probesOf = ({ tenants }: Stage, { rows }: Size, tier: Tier) => createProbes(tenants[tier], rows[tier])

function viaPort(url: string, port: number): string {
  const other = new URL(url)
  other.port = String(port)
  return other.href
}

function effortOf({ perSecond, cpuPerUnitUs }: Measured, side: string): string {
  const rate = Math.round(medianOf(perSecond[side]!)).toLocaleString('en')
  const { client, server } = cpuPerUnitUs[side]!
  return `${rate} a second, CPU ${Math.round(client)} µs here and ${Math.round(server)} µs in the server`
}

function line({ side, other, ratio: { median, quartiles }, cpuRatio, atLeast }: Figure): string {
  const spread = `${quartiles[0].toFixed(2)}–${quartiles[1].toFixed(2)}`
  const goal = atLeast === undefined ? '' : `, at least ${atLeast}: ${median >= atLeast ? 'met' : 'missed'}`
  return `${side} against ${other}: ${median.toFixed(2)} (${spread}; by CPU time ${cpuRatio.toFixed(2)}${goal})`
}

/** Of what was promised, one ratio for each comparison. */
const summary = (figures: readonly Figure[]): string =>
  figures
    .filter(({ atLeast }) => atLeast !== undefined)
    .map(({ what, inFlight, side, ratio, atLeast }) => {
      const median = `${ratio.median.toFixed(2)} of at least ${atLeast}`
      return `${what}, ${inFlight} in flight, ${side} ${median}`
    })
    .join(' · ')
