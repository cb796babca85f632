/**
 * T11: a session is ended while clients renew it, at both nodes and as fast as they can. After the end was confirmed nothing
 * of the family is renewed, neither a token that was out nor one that comes with an answer under way.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { requestBytes } from '../../nodes/request.ts'
import type { Random } from '../../random.ts'
import { crowd } from '../crowd.ts'
import { type Family, receiveAll } from '../family.ts'
import type { Scenario } from '../scenario.ts'
import type { Scene } from '../scene.ts'

const race = (
  name: string,
  times: number,
  prepare: (scene: Scene, random: Random, where: string) => Promise<{ family: Family; end: () => Promise<void> }>,
): Scenario => ({
  name,
  times,
  async run(scene, random, where) {
    const { family, end } = await prepare(scene, random, where)
    const confirmed = new AbortController()
    const many = 2 + random.int(12)
    await Promise.all([
      sleep(random.int(60))
        .then(end)
        .finally(() => confirmed.abort()),
      renewUntil(confirmed.signal, scene, family, many),
    ])
    await scene.expectDead(family, where)
  },
})

async function renewUntil(confirmed: AbortSignal, scene: Scene, family: Family, many: number): Promise<void> {
  while (!confirmed.aborted) {
    const parent = family.newest
    receiveAll(family, parent, await crowd(scene, parent, many))
    scene.count.add('crowds beside the end of their session')
  }
}

export const ends: readonly Scenario[] = [
  race('signing out', 60, async (scene, random, where) => {
    const family = await scene.newFamily(where, random)
    const old = random.chance(0.3)
    return { family, end: () => signOut(scene, old ? family.tokens[0]! : family.newest, random.int(2)) }
  }),
  race('a member is removed', 12, async (scene, _random, where) => {
    const { family, person } = await scene.newcomer(where)
    return { family, end: () => scene.administrator.removeMember(person) }
  }),
]

async function signOut(scene: Scene, refreshToken: string, at: number): Promise<void> {
  const request = requestBytes({ method: 'POST', path: '/auth/sign-out', body: { refreshToken } })
  const { status, body } = await scene.ask(scene.places[at]!, request)
  if (status !== 204) throw new Error(`Signing out was answered ${status} ${body}`)
}
