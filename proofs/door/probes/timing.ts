/** I29: the time that an answer takes must not tell a foreign id from one that exists nowhere. */
import type { Probe } from '../probe.ts'

/** Two-sided, p < 0.0005. With a handful of such tests in a run one in some hundred runs is asked a second time. */
const suspiciousZ = 3.5

export const timing: Probe = async ({ world, house, scene, entrance, random, tally, size, signal }) => {
  if (size.timings === 0) return
  const { attacker, neighbours } = house
  const door = entrance.to(house)
  const others =
    neighbours.length > 0 ? neighbours.map(({ resident }) => resident) : world.residents.filter((r) => r !== attacker)
  // Both lists are made alike and ahead of time: how a string came about shows in the time that it takes to be sent.
  const ids = (make: () => unknown) => Array.from({ length: 500 }, () => Buffer.from(String(make())).toString())
  const foreignIds = ids(() => random.pick(random.pick(others).rows.accounts)['id'])
  const absentIds = ids(() => random.uuid())
  const text = 'select secret from accounts where id = $1'

  async function measure(pairs: number): Promise<number> {
    const times: { ms: number; foreign: boolean }[] = []
    for (let at = 0; at < pairs; at += 1) {
      signal.throwIfAborted()
      const ask: [string, boolean][] = [
        [random.pick(foreignIds), true],
        [random.pick(absentIds), false],
      ]
      for (const [id, isForeign] of random.chance(0.5) ? ask : ask.toReversed()) {
        const start = performance.now()
        await door.query(attacker.id, text, [id])
        times.push({ ms: performance.now() - start, foreign: isForeign })
        tally.check('I29 timed reads')
      }
    }
    return rankTest(times)
  }

  const z = await measure(size.timings)
  // Chance is excluded by asking again, more often: a real difference grows with the number of pairs.
  const again = Math.abs(z) > suspiciousZ ? await measure(size.timings * 3) : 0
  tally.measure(`timing z, PostgreSQL ${world.major}, ${house.label}`, z)
  if (Math.abs(again) > suspiciousZ && Math.sign(again) === Math.sign(z)) {
    scene.find('told', `${text}, ${size.timings} pairs`, `rank test z = ${z.toFixed(2)}, then ${again.toFixed(2)}`)
  }
}

/** Mann and Whitney's U as a normal deviate; times are continuous, so ties do not matter. */
function rankTest(times: readonly { ms: number; foreign: boolean }[]): number {
  const ranked = times.toSorted((a, b) => a.ms - b.ms)
  const n = times.length / 2
  const sum = ranked.reduce((sofar, { foreign }, at) => sofar + (foreign ? at + 1 : 0), 0)
  const u = sum - (n * (n + 1)) / 2
  return (u - (n * n) / 2) / Math.sqrt((n * n * (2 * n + 1)) / 12)
}
