import { cpus } from 'node:os'

/** One way to do a unit of work. Sides of one measurement do the same work in different ways. */
export interface Side {
  readonly name: string
  /** Does one unit and checks its answer: throws when it is wrong. */
  unit(): Promise<void>
}

export interface Effort {
  /** Units of each side that are under way at any moment. */
  readonly inFlight: number
  readonly rounds: number
  /** How long a side runs in one round. */
  readonly sliceMs: number
  /** Units that each side does before it is measured, at least: connections open, statements are parsed and planned. */
  readonly warmUpUnits: number
}

export interface Measured extends Effort {
  readonly units: Readonly<Record<string, number>>
  /** Units a second of each side, round by round. */
  readonly perSecond: Readonly<Record<string, readonly number[]>>
  /** CPU time per unit, in microseconds: less noisy than the clock on a busy machine. */
  readonly cpuPerUnitUs: Readonly<Record<string, { readonly client: number; readonly server: number }>>
  /** How much of the machine's CPU time went to neither side: how far the clock can be trusted. */
  readonly othersShare: number
}

/**
 * Runs the sides in turns of a fraction of a second, in another order each round, so that what the machine does besides
 * strikes all of them alike. Compare with `ratioOf`, which pairs the turns of a round.
 */
export async function measure(
  sides: readonly Side[],
  effort: Effort,
  serverCpuUs: () => Promise<number>,
): Promise<Measured> {
  const tallies = sides.map((side) => ({ side, perSecond: [] as number[], units: 0, clientUs: 0, serverUs: 0 }))
  for (const side of [...sides, ...sides]) await warmUp(side, effort)
  const machineBefore = machineCpuUs()
  for (let round = 0; round < effort.rounds; round += 1) {
    for (const tally of inTurn(tallies, round)) {
      const serverBefore = await serverCpuUs()
      const before = process.cpuUsage()
      const { units, seconds } = await runFor(tally.side, effort.inFlight, effort.sliceMs)
      const { user, system } = process.cpuUsage(before)
      tally.serverUs += (await serverCpuUs()) - serverBefore
      tally.clientUs += user + system
      tally.units += units
      tally.perSecond.push(units / seconds)
    }
  }
  const machine = machineCpuUs()
  const oursUs = tallies.reduce((sum, { clientUs, serverUs }) => sum + clientUs + serverUs, 0)
  const othersUs = machine.busy - machineBefore.busy - oursUs
  const bySide = <T>(figure: (tally: (typeof tallies)[number]) => T): Record<string, T> =>
    Object.fromEntries(tallies.map((tally) => [tally.side.name, figure(tally)]))
  return {
    ...effort,
    units: bySide(({ units }) => units),
    perSecond: bySide(({ perSecond }) => perSecond),
    cpuPerUnitUs: bySide(({ clientUs, serverUs, units }) => ({ client: clientUs / units, server: serverUs / units })),
    othersShare: Math.max(0, othersUs / (machine.all - machineBefore.all)),
  }
}

export interface Ratio {
  readonly median: number
  /** Half of the rounds lie between these two. */
  readonly quartiles: readonly [number, number]
  readonly rounds: number
}

/** How many times as fast `side` was as `other`: the median over the rounds of the ratio within one round. */
export function ratioOf({ perSecond }: Measured, side: string, other: string): Ratio {
  const ratios = perSecond[side]!.map((rate, round) => rate / perSecond[other]![round]!).toSorted((a, b) => a - b)
  return {
    median: quantile(ratios, 0.5),
    quartiles: [quantile(ratios, 0.25), quantile(ratios, 0.75)],
    rounds: ratios.length,
  }
}

/** The same by CPU time, which is what a saturated machine has to give. */
export function cpuRatioOf({ cpuPerUnitUs }: Measured, side: string, other: string): number {
  const total = ({ client, server }: { readonly client: number; readonly server: number }) => client + server
  return total(cpuPerUnitUs[other]!) / total(cpuPerUnitUs[side]!)
}

export const medianOf = (numbers: readonly number[]): number =>
  quantile(
    numbers.toSorted((a, b) => a - b),
    0.5,
  )

/** Linear between the two nearest. */
function quantile(sorted: readonly number[], share: number): number {
  const at = (sorted.length - 1) * share
  const [below, above] = [sorted[Math.floor(at)]!, sorted[Math.ceil(at)]!]
  return below + (above - below) * (at - Math.floor(at))
}

/** Each side is first, second … and last equally often, and follows each of the others. */
function inTurn<T>(sides: readonly T[], round: number): readonly T[] {
  const at = round % sides.length
  const turned = [...sides.slice(at), ...sides.slice(0, at)]
  return Math.floor(round / sides.length) % 2 === 0 ? turned : turned.toReversed()
}

async function warmUp(side: Side, { inFlight, sliceMs, warmUpUnits }: Effort): Promise<void> {
  let done = 0
  do done += (await runFor(side, inFlight, 2 * sliceMs)).units
  while (done < warmUpUnits / 2)
}

async function runFor(side: Side, inFlight: number, sliceMs: number): Promise<{ units: number; seconds: number }> {
  const start = performance.now()
  let units = 0
  const worker = async () => {
    while (performance.now() - start < sliceMs) {
      await side.unit()
      units += 1
    }
  }
  await Promise.all(Array.from({ length: inFlight }, worker))
  return { units, seconds: (performance.now() - start) / 1000 }
}

function machineCpuUs(): { readonly busy: number; readonly all: number } {
  const times = cpus().map((core) => core.times)
  const all = times.reduce((sum, { user, nice, sys, irq, idle }) => sum + user + nice + sys + irq + idle, 0)
  const idle = times.reduce((sum, time) => sum + time.idle, 0)
  return { busy: (all - idle) * 1000, all: all * 1000 }
}
