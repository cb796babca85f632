/** I29: the time that an answer takes must not tell a foreign id from one that exists nowhere. */
import { rankTest, type Timed } from '../../rank-test.ts'
import type { Probe } from '../probe.ts'

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

  const { z, again, differ } = await rankTest(size.timings, async (pairs) => {
    const times: Timed[] = []
    for (let at = 0; at < pairs; at += 1) {
      signal.throwIfAborted()
      const ask: [string, boolean][] = [
        [random.pick(foreignIds), true],
        [random.pick(absentIds), false],
      ]
      for (const [id, foreign] of random.chance(0.5) ? ask : ask.toReversed()) {
        const start = performance.now()
        await door.query(attacker.id, text, [id])
        times.push({ ms: performance.now() - start, foreign })
        tally.check('I29 timed reads')
      }
    }
    return times
  })
  tally.measure(`timing z, PostgreSQL ${world.major}, ${house.label}`, z)
  if (differ) {
    scene.find('told', `${text}, ${size.timings} pairs`, `rank test z = ${z.toFixed(2)}, then ${again!.toFixed(2)}`)
  }
}
