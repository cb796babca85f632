/** The nodes of a deployment, killed and started again by a plan. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Node, NodeOptions } from '../nodes/node.ts'
import type { Random } from '../random.ts'

/** One death: at a visit of a crash point, or at some moment after the start. */
export interface Kill {
  /** As in the source; null for a moment. */
  readonly point: string | null
  readonly visit: number
  readonly afterMs: number
}

export interface Fleet {
  /** Where a living node listens; waits for one. */
  origin(): Promise<string>
  /** Starts a node that takes its share of the requests as long as it lives. */
  raise(name: string, options?: NodeOptions): Promise<Node>
  /** No request goes to this node until it is over. */
  spare<T>(node: Node, work: () => Promise<T>): Promise<T>
  /** The living ones. */
  readonly nodes: ReadonlySet<Node>
  readonly signal: AbortSignal
}

export type Start = (name: string, options: NodeOptions) => Promise<Node>

export function createFleet(start: Start, signal: AbortSignal): Fleet {
  const nodes = new Set<Node>()
  let turn = 0

  async function raise(name: string, options: NodeOptions = {}): Promise<Node> {
    const node = await start(name, options)
    nodes.add(node)
    void node.ended.then(() => nodes.delete(node))
    return node
  }

  async function origin(): Promise<string> {
    for (;;) {
      const alive = [...nodes]
      if (alive.length > 0) return alive[(turn += 1) % alive.length]!.origin
      signal.throwIfAborted()
      await sleep(10)
    }
  }

  async function spare<T>(node: Node, work: () => Promise<T>): Promise<T> {
    nodes.delete(node)
    try {
      return await work()
    } finally {
      if (node.alive) nodes.add(node)
    }
  }

  return { nodes, origin, raise, spare, signal }
}

/** Starts the node `name` for each kill of the queue and sees it die. What is not visited in `patienceMs` is killed. */
export async function killInTurn(
  fleet: Fleet,
  name: string,
  next: () => Kill | undefined,
  { patienceMs, downMs }: { readonly patienceMs: number; readonly downMs: () => number },
  died: (kill: Kill, hit: boolean) => void,
): Promise<void> {
  for (let kill = next(); kill && !fleet.signal.aborted; kill = next()) {
    died(kill, await killOnce(fleet, name, kill, patienceMs))
    await sleep(downMs())
  }
}

async function killOnce(
  fleet: Fleet,
  name: string,
  { point, visit, afterMs }: Kill,
  patienceMs: number,
): Promise<boolean> {
  const options = point === null ? {} : { crashPoint: `${point}#${visit}` }
  const node = await fleet.raise(name, options).catch((error: unknown) => {
    // What a dead node left behind may lead to the crash point before this one is ready. It dies without a word.
    if (point !== null && String(error).endsWith('did not start: ')) return undefined
    throw error
  })
  if (!node) return true
  const hit = await Promise.race([
    node.ended.then(() => true),
    sleep(point === null ? afterMs : patienceMs, false, { ref: false }),
  ])
  await node.kill()
  return hit || point === null
}

/**
 * Each crash point once, the visit varied, and as many kills at random moments, in random order.
 */
export function planKills(points: readonly string[], atRandom: number, random: Random): Kill[] {
  const kills = [
    ...points.map((point) => ({ point, visit: 1 + random.int(rare.test(point) ? 2 : 20), afterMs: 0 })),
    ...Array.from({ length: atRandom }, () => ({ point: null, visit: 0, afterMs: 30 + random.int(1_500) })),
  ]
  return shuffled(kills, random)
}

/** Visited once for each tenant or person. */
const rare = /^(tenancy\.provision|identity)\./

function shuffled<T>(list: readonly T[], random: Random): T[] {
  return list
    .map((item) => ({ item, at: random.int(2 ** 31) }))
    .toSorted((one, other) => one.at - other.at)
    .map(({ item }) => item)
}
