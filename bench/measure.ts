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
}

export interface Measured extends Effort {
  readonly units: number
  /** Units a second of each side, round by round. */
  readonly perSecond: Readonly<Record<string, readonly number[]>>
  /** This process's own CPU time per unit, in microseconds: much less noisy than the clock on a busy machine. */
  readonly cpuPerUnitUs: Readonly<Record<string, number>>
}

/**
 * Runs the sides in turns of a fraction of a second, in another order each round, so that what the machine does besides
 * strikes all of them alike. Compare with `ratioOf`, which pairs the turns of a round.
 */
export async function measure(sides: readonly Side[], effort: Effort): Promise<Measured> {
  const perSecond = Object.fromEntries(sides.map(({ name }) => [name, [] as number[]]))
  const cpu = Object.fromEntries(sides.map(({ name }) => [name, { us: 0, units: 0 }]))
  // Opens connections, prepares statements, and lets the compiler see the code.
  for (const side of [...sides, ...sides]) await runFor(side, effort.inFlight, 2 * effort.sliceMs)
  for (let round = 0; round < effort.rounds; round += 1) {
    for (const side of inTurn(sides, round)) {
      const before = process.cpuUsage()
      const { units, seconds } = await runFor(side, effort.inFlight, effort.sliceMs)
      const { user, system } = process.cpuUsage(before)
      perSecond[side.name]!.push(units / seconds)
      cpu[side.name]!.us += user + system
      cpu[side.name]!.units += units
    }
  }
  return {
    ...effort,
    units: Object.values(cpu).reduce((sum, { units }) => sum + units, 0),
    perSecond,
    cpuPerUnitUs: Object.fromEntries(Object.entries(cpu).map(([name, { us, units }]) => [name, us / units])),
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
  return { median: quantile(ratios, 0.5), quartiles: [quantile(ratios, 0.25), quantile(ratios, 0.75)], rounds: ratios.length }
}

export const medianOf = (numbers: readonly number[]): number => quantile(numbers.toSorted((a, b) => a - b), 0.5)

/** Linear between the two nearest. */
function quantile(sorted: readonly number[], share: number): number {
  const at = (sorted.length - 1) * share
  const [below, above] = [sorted[Math.floor(at)]!, sorted[Math.ceil(at)]!]
  return below + (above - below) * (at - Math.floor(at))
}

/** Each side is first, second … and last equally often, and follows each of the others. */
function inTurn(sides: readonly Side[], round: number): readonly Side[] {
  const at = round % sides.length
  const turned = [...sides.slice(at), ...sides.slice(0, at)]
  return Math.floor(round / sides.length) % 2 === 0 ? turned : turned.toReversed()
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
