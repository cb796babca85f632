/** T5: tokens that were accepted, and whose time is up: nothing may remember them longer than they hold. */
import { setTimeout as sleep } from 'node:timers/promises'
import { harms, plainRead } from '../attack.ts'
import { bearers, signed } from '../forge.ts'
import type { Count } from '../../count.ts'
import { leewayS, lifeS } from '../rows/times.ts'
import type { Scene } from '../scene.ts'
import { createCaller } from '../targets.ts'

export async function aging(scene: Scene, count: Count): Promise<void> {
  const { header, claims, ours, nowS } = scene.material('aging')
  const caller = createCaller(scene.node.port)
  const tokens = bearers(
    'T5',
    Object.fromEntries(
      [0, 1, 2].map((ahead) => {
        const exp = nowS + ahead
        return [`for ${ahead} s more`, signed(header, { ...claims, iat: exp - lifeS, exp }, ours)]
      }),
    ),
  )
  try {
    for (const { name, authorization } of tokens) {
      const { status } = await caller.ask(plainRead, authorization)
      count.add('genuine tokens accepted')
      if (status !== 200) count.find({ harm: harms.refused, where: `T5 ${name}`, saw: String(status) })
    }
    await sleep(nowS * 1_000 + (2 + leewayS) * 1_000 + 100 - Date.now())
    for (const { name, authorization } of tokens) {
      const { status } = await caller.ask(plainRead, authorization)
      count.add('T5')
      if (status !== 401)
        count.find({ harm: harms.accepted, where: `T5 accepted before, ${name}`, saw: String(status) })
    }
  } finally {
    caller.close()
  }
}
