/** Counts the pooler's connections to the server while all are at work. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { PgBouncer } from '@rowhouse/testing'
import { tell } from './disturb.ts'
import { harms, poolSize, type Scene } from './scene.ts'

/** @returns the most that there were to one database */
export async function watchConnections(scene: Scene, bouncer: PgBouncer, more: () => boolean): Promise<number> {
  let most = 0
  while (more()) {
    // It may be down.
    const all = await tell<{ database: string; state: string }>(bouncer, 'SHOW SERVERS').catch(() => [])
    // A cancel request has a connection of its own for a moment, without a session: `new`, then `active_cancel`.
    const servers = all.filter(({ state }) => state !== 'new' && state !== 'active_cancel')
    scene.count.add('counts of the pooler’s connections')
    for (const [database, sessions] of Map.groupBy(servers, (server) => server.database)) {
      most = Math.max(most, sessions.length)
      if (sessions.length <= poolSize) continue
      const saw = `${sessions.length} to ${database}: ${sessions.map(({ state }) => state).join(', ')}`
      scene.count.find({ harm: harms.many, where: scene.title, saw })
    }
    await sleep(100)
  }
  return most
}
