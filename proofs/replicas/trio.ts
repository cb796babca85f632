/** Three servers, of which one is the primary, and what an operator's tool does when that one is lost. */
import { setTimeout as sleep } from 'node:timers/promises'
import { type ClusterServer, type Standby, startCluster } from '@rowhouse/testing'
import pg from 'pg'

export interface Trio {
  readonly primary: ClusterServer
  readonly standbys: readonly Standby[]
  /** The primary's first. */
  readonly ports: readonly number[]
  /**
   * The primary is killed with -9 and the standby that has received most is promoted, which the other then follows.
   *
   * @param cutOffMs for so long nothing that it writes has reached anybody
   */
  failOver(cutOffMs: number): Promise<FailOver>
  stop(): Promise<void>
}

export interface FailOver {
  /** When it was ordered, by `performance.now()`. */
  readonly promotedAtMs: number
  /** How long the order took. */
  readonly promotionMs: number
  /** What was the primary comes back, from a copy of the one that is. */
  restore(): Promise<void>
}

/** A commit is acknowledged when a standby has written it down as well, whoever the primary is. */
export async function startTrio(): Promise<Trio> {
  // Pages that are half written when all is killed are written anew.
  const settings = { full_page_writes: 'on', max_connections: 300 }
  const cluster = await startCluster({ standbys: 2, settings })
  let { primary, standbys } = cluster
  try {
    await Promise.all([primary, ...standbys].map(waitForOne))
  } catch (error) {
    await cluster.stop()
    throw error
  }
  return {
    get ports() {
      return [primary, ...standbys].map(({ port }) => port)
    },
    get primary() {
      return primary
    },
    get standbys() {
      return standbys
    },
    stop: () => cluster.stop(),

    async failOver(cutOffMs) {
      const lost = primary
      if (cutOffMs > 0) await cutOff(lost, cutOffMs)
      await lost.kill()
      const [next, other] = await furthestFirst(standbys)
      const promotedAtMs = performance.now()
      await next.promote()
      const promotionMs = performance.now() - promotedAtMs
      primary = next
      standbys = [other]
      await follow(other, next)
      return {
        promotedAtMs,
        promotionMs,
        async restore() {
          standbys = [other, await cluster.rebuild(lost, next)]
        },
      }
    },
  }
}

async function waitForOne({ url }: ClusterServer): Promise<void> {
  await ask(url, `alter system set synchronous_standby_names = 'ANY 1 (*)'`)
  await ask(url, 'select pg_reload_conf()')
}

/** Its commits wait for an answer of a standby, and will never have one. */
async function cutOff({ url }: ClusterServer, forMs: number): Promise<void> {
  for (const { pid } of await ask<{ pid: number }>(url, 'select pid from pg_stat_replication')) {
    process.kill(pid, 'SIGSTOP')
  }
  await sleep(forMs)
}

async function furthestFirst(standbys: readonly Standby[]): Promise<[Standby, Standby]> {
  const received = await Promise.all(standbys.map(async (standby) => ({ standby, bytes: await receivedBy(standby) })))
  return received.toSorted((one, other) => other.bytes - one.bytes).map(({ standby }) => standby) as [Standby, Standby]
}

/** All that has come, which is all that the lost primary has sent. */
async function receivedBy({ url }: Standby): Promise<number> {
  for (let left = 50; ; left -= 1) {
    const rows = await ask<{ receiving: boolean; bytes: string }>(
      url,
      `select
        exists (select from pg_stat_wal_receiver where status = 'streaming') as receiving,
        greatest(pg_last_wal_receive_lsn(), pg_last_wal_replay_lsn()) - '0/0' as bytes`,
    )
    const { receiving, bytes } = rows[0]!
    if (!receiving) return Number(bytes)
    if (left === 0) throw new Error('A standby still receives from a primary that was killed')
    await sleep(20)
  }
}

/** One that holds back what it has received asks nobody for more, and so nobody could commit. */
async function follow(standby: Standby, primary: ClusterServer): Promise<void> {
  await standby.setReplayDelay(0)
  await standby.resume()
  await standby.follow(primary)
}

export async function ask<Row extends pg.QueryResultRow>(url: string, text: string): Promise<Row[]> {
  const client = new pg.Client({ connectionString: url })
  // A connection that is lost fails the statement as well.
  client.on('error', () => {})
  await client.connect()
  try {
    return (await client.query<Row>(text)).rows
  } finally {
    await client.end()
  }
}
