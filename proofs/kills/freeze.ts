/** A node that stops in the middle of handling an event, for longer than PostgreSQL waits, and then goes on where it was. */
import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Node } from '../nodes/node.ts'
import type { Tenant } from './commands.ts'
import type { Database } from './database.ts'
import type { Fleet } from './fleet.ts'
import { settle } from './send.ts'

/** PostgreSQL's patience with a transaction in which nothing happens is 30 s; here sessions that begin later have 2 s. */
export async function shortenPatience({ at, names }: Database): Promise<void> {
  const admin = await at('postgres')
  await admin.query(`alter role ${names.application} set idle_in_transaction_session_timeout = '2s'`)
}

/** @returns whether it could be frozen: it only is when it gets one of the events meant for it */
export async function freezeOnce(fleet: Fleet, node: Node, { slug, apiKey }: Tenant): Promise<boolean> {
  for (let attempt = 0; !node.output().includes('frozen'); attempt += 1) {
    if (attempt === 100 || fleet.signal.aborted) return false
    const token = randomUUID()
    const body = { token, stream: slug, freeze: node.pid }
    // At the node itself, whose relay is then the first to know.
    const there = { ...fleet, origin: async () => node.origin }
    await settle(there, { method: 'POST', path: '/api/v1/journal', bearer: apiKey, key: token, body }, 1_000)
  }
  await fleet.spare(node, () => sleep(4_000))
  process.kill(node.pid, 'SIGCONT')
  return true
}
