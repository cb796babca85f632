/**
 * T6: AUTH_KEY is rotated while somebody works: the new key is believed everywhere, then in force everywhere, then the old one
 * is dropped. Two nodes, restarted one after the other; whoever holds a token keeps working, and tokens of the dropped key end.
 */
import type { Count } from '../../count.ts'
import type { Node } from '../../nodes/node.ts'
import type { Site } from '../../nodes/site.ts'
import { harms, plainRead } from '../attack.ts'
import { newKey, type Person, signUp } from '../scene.ts'
import { createCaller } from '../targets.ts'

const names = ['a', 'b'] as const

export async function rotation(site: Site, count: Count, rotations: number, signal: AbortSignal): Promise<void> {
  let [older, key] = [newKey(), newKey()]
  const nodes = new Map<string, Node>()
  for (const name of names) nodes.set(name, await site.start(`rotating-${name}`, { authKey: key }))
  let holder: Tokens = await signUp(nodes.get('a')!.origin, 'rotating')

  for (let n = 0; n < rotations; n += 1) {
    ;[older, key] = [key, newKey()]
    const byOlder = (holder = await renewed(nodes.get('a')!, holder, count)).accessToken
    const steps = [`${older},${key}`, `${key},${older}`, key]
    for (const authKey of steps) {
      for (const name of names) {
        signal.throwIfAborted()
        await nodes.get(name)!.stop()
        nodes.set(name, await site.start(`rotating-${name}`, { authKey }))
        const believed = authKey === key ? [] : [byOlder]
        for (const node of nodes.values()) holder = await work(node, [...nodes.values()], holder, believed, count)
      }
    }
    for (const node of nodes.values()) await expectStatus(401, node, byOlder, count)
  }
  await Promise.all([...nodes.values()].map((node) => node.stop()))
}

type Tokens = Pick<Person, 'accessToken' | 'refreshToken'>

/** Renews at one node and uses the tokens at every node, also the token that was spent: its answer may have been lost. */
async function work(
  node: Node,
  nodes: readonly Node[],
  holder: Tokens,
  believed: readonly string[],
  count: Count,
): Promise<Tokens> {
  const next = await renewed(node, holder, count)
  for (const other of nodes) {
    for (const token of [next.accessToken, ...believed]) await expectStatus(200, other, token, count)
    const again = await renewed(other, holder, count)
    if (again.refreshToken !== next.refreshToken) {
      count.find({ harm: harms.refused, where: 'T6 a spent token while keys rotate', saw: 'another successor' })
    }
  }
  return next
}

async function expectStatus(expected: 200 | 401, node: Node, token: string, count: Count): Promise<void> {
  const caller = createCaller(node.port)
  const { status } = await caller.ask(plainRead, `Bearer ${token}`)
  caller.close()
  count.add(expected === 200 ? 'genuine tokens used while keys rotate' : 'T6')
  if (status === expected) return
  const harm = expected === 200 ? harms.refused : harms.accepted
  count.find({ harm, where: 'T6 while keys rotate', saw: `${status} instead of ${expected}` })
}

async function renewed({ origin }: Node, { refreshToken }: Tokens, count: Count): Promise<Tokens> {
  const response = await fetch(`${origin}/auth/refresh`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ refreshToken }),
  })
  count.add('sessions renewed while keys rotate')
  if (response.status !== 200) throw new Error(`A session ended while keys were rotated: ${await response.text()}`)
  return (await response.json()) as Tokens
}
