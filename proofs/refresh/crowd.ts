/** Many clients with one token, released at once. */
import type { Connection } from '../nodes/connection.ts'
import { lost, type Outcome, refreshRequest, renew } from './outcome.ts'
import type { Place } from './place.ts'
import type { Scene } from './scene.ts'

/** Each has sent all but its last byte before any sends that; half of them at each node. */
export async function crowd({ places, count }: Scene, token: string, many: number): Promise<Outcome[]> {
  const request = refreshRequest(token)
  const [first, second] = places
  const half = Math.floor(many / 2)
  return lent(first, half, (some) =>
    lent(second, many - half, async (others) => {
      const connections = some.flatMap((connection, at) => [connection, ...others.slice(at, at + 1)])
      connections.push(...others.slice(some.length))
      await Promise.all(connections.map((connection) => connection.prepare(request)))
      count.add('refreshes', many)
      count.add('refreshes in parallel with others of the same token', many)
      return Promise.all(connections.map((connection) => renew(connection)))
    }),
  )
}

/** Nobody reaches a node that is down. */
async function lent(
  place: Place,
  many: number,
  use: (connections: readonly Connection[]) => Promise<Outcome[]>,
): Promise<Outcome[]> {
  let reached = false
  return place
    .lend(many, (connections) => {
      reached = true
      return use(connections)
    })
    .catch((error: unknown) => {
      if (reached) throw error
      return [lost(error), ...Array.from({ length: many - 1 }, () => lost(error))]
    })
}

/** From 2 to 200, as many small ones as large ones. */
export const crowdSize = (chance: number): number => Math.round(2 * 100 ** chance)
