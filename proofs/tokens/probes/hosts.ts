/** T4: a genuine token at another tenant's host, and at the operators' API: the answer of a thing that does not exist. */
import type { Count } from '../../count.ts'
import { harms, plainRead } from '../attack.ts'
import type { Scene } from '../scene.ts'
import { createCaller } from '../targets.ts'

export async function hosts({ node, people, targets }: Scene, count: Count): Promise<void> {
  const [mine, theirs] = people
  const caller = createCaller(node.port)
  try {
    for (const [{ accessToken, tenant }, other] of [
      [mine, theirs],
      [theirs, mine],
    ] as const) {
      const bearer = `Bearer ${accessToken}`
      const { status } = await caller.ask(plainRead, bearer, `${tenant.slug}.localhost`)
      count.add('genuine tokens accepted')
      if (status !== 200) count.find({ harm: harms.refused, where: 'T4 at its own host', saw: String(status) })
      for (const target of targets) {
        const host = target.audience === 'operator' ? 'localhost' : `${other.tenant.slug}.localhost`
        const answer = await caller.ask(target, bearer, host)
        count.add('T4')
        const told =
          answer.status === 401 || (target.audience === 'tenant' && answer.body.includes('"code":"http.not_found"'))
        if (told) continue
        const harm = answer.status >= 500 ? harms.failed : harms.accepted
        count.find({
          harm,
          where: `T4 at ${host} · ${target.name}`,
          saw: `${answer.status} ${answer.body.slice(0, 200)}`,
        })
      }
    }
  } finally {
    caller.close()
  }
}
