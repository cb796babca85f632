/** Mann and Whitney's rank test, for answers that must take the same time. */

/** Two-sided, p < 0.0005. With a handful of such tests in a run one in some hundred runs is asked a second time. */
const suspiciousZ = 3.5

export interface Timed {
  readonly ms: number
  readonly foreign: boolean
}

export interface RankTest {
  readonly z: number
  /** What a second measurement of three times as many gave, if there was reason to ask. */
  readonly again: number | undefined
  readonly differ: boolean
}

/**
 * Chance is excluded by asking again, more often: a real difference grows with the number of pairs.
 *
 * @param measure times of as many foreign as other ones
 */
export async function rankTest(
  pairs: number,
  measure: (pairs: number) => Promise<readonly Timed[]>,
): Promise<RankTest> {
  const z = deviate(await measure(pairs))
  const again = Math.abs(z) > suspiciousZ ? deviate(await measure(pairs * 3)) : undefined
  const differ = again !== undefined && Math.abs(again) > suspiciousZ && Math.sign(again) === Math.sign(z)
  return { z, again, differ }
}

/** U as a normal deviate; times are continuous, so ties do not matter. */
function deviate(times: readonly Timed[]): number {
  const ranked = times.toSorted((a, b) => a.ms - b.ms)
  const n = times.length / 2
  const sum = ranked.reduce((sofar, { foreign }, at) => sofar + (foreign ? at + 1 : 0), 0)
  const u = sum - (n * (n + 1)) / 2
  return (u - (n * n) / 2) / Math.sqrt((n * n * (2 * n + 1)) / 12)
}
