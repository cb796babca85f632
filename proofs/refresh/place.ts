/** A node that comes back: scenarios hold the place, and the proof kills and starts what serves there. */
import { type Connection, openConnection } from '../nodes/connection.ts'
import type { Node, NodeOptions } from '../nodes/node.ts'
import type { Site } from '../nodes/site.ts'

export interface Place {
  readonly name: string
  readonly port: number
  /** Kills what serves here, if anything still does, and starts it again. */
  restart(options?: NodeOptions): Promise<void>
  kill(): Promise<void>
  /** Open connections, kept for the next one who asks. @throws Lost when nothing serves here */
  lend<T>(many: number, use: (connections: readonly Connection[]) => Promise<T>): Promise<T>
}

export async function openPlace(site: Site, name: string, usual: NodeOptions = {}): Promise<Place> {
  let node: Node = await site.start(name, usual)
  let idle: Connection[] = []
  return {
    name,
    get port() {
      return node.port
    },
    async restart(options = {}) {
      await node.kill()
      idle = []
      node = await site.start(name, { ...usual, ...options })
    },
    kill: () => node.kill(),
    async lend(many, use) {
      const { port } = node
      const kept = idle.splice(0, many).filter(({ open }) => open)
      const fresh = await Promise.all(Array.from({ length: many - kept.length }, () => openConnection(port)))
      const lent = [...kept, ...fresh]
      try {
        const result = await use(lent)
        if (port === node.port) idle.push(...lent.filter(({ open }) => open))
        return result
      } catch (error) {
        // An answer may still be on its way, and would be taken for another's.
        for (const connection of lent) connection.close()
        throw error
      }
    },
  }
}
