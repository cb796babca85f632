/** Opens connections: finds the server that is meant among the hosts of a URL. */
import { setTimeout as sleep } from 'node:timers/promises'
import type pg from 'pg'
import { tenancyErrors } from '../errors.ts'
import { noTransactions } from '../verify.ts'
import { DatabaseError } from '../wire.ts'
import { firstAvailable, hostUrls, placeOf, urlOf } from './address.ts'
import { greet, type Greeting, hangsUpOnTransactions, isSpoilt } from './greeting.ts'
import { isConnectionError } from './lost.ts'
import { openConnection } from './open.ts'

export interface ConnectOptions {
  /** A role's URL, with one host or several; the database in it is replaced. */
  readonly url: string
  /** How long it may take, over all hosts. */
  readonly timeoutMs?: number
  /** Refuses a database in which the role could escape the policies; asked once for each database and host. */
  readonly verify: (client: pg.ClientBase) => Promise<void>
  /** A standby is meant; without it the primary. */
  readonly standby?: boolean
}

/**
 * One connection to a database, ready for the door.
 *
 * @throws tenancy.database_unavailable when it may work later, also when the server is not the one that is meant;
 * tenancy.not_prepared, and what `verify` throws
 */
export type Connect = (databaseName: string) => Promise<pg.Client>

/** Each try closes a session that somebody has spoilt. */
const maxSpoilt = 8
/** Databases that are known to be sound; then they are asked again. */
const maxVerified = 1_000
/** Of several hosts: for so long nobody is asked again who is the primary. */
const trustMs = 1_000
/** For the answers of others, when one has answered. */
const patienceMs = 200

export function connectAs({ url, verify, timeoutMs = 2_000, standby = false }: ConnectOptions): Connect {
  const hosts = hostUrls(url)
  const timeoutEachMs = timeoutMs / hosts.length
  const verified = new Set<string>()
  let last = 0
  let surveyedAtMs = -Infinity
  /** The highest that was seen: a primary of a lower one has been replaced, and may not know it yet. */
  let timeline = 0

  async function open(hostUrl: string, databaseName: string): Promise<pg.Client> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await openOnce(urlOf(hostUrl, databaseName))
      } catch (error) {
        if (!isSpoilt(error)) throw error
        if (attempt === maxSpoilt) throw tenancyErrors.databaseUnavailable({ cause: error })
      }
    }
  }

  async function openOnce(url: string): Promise<pg.Client> {
    const client = await openConnection(url, timeoutEachMs)
    try {
      const greeting = await greet(client).catch(async (error: unknown) => {
        if (isConnectionError(error) && (await hangsUpOnTransactions(url, timeoutEachMs))) throw noTransactions(error)
        if (error instanceof DatabaseError && !isSpoilt(error)) await verify(client)
        throw error
      })
      expectServer(greeting, placeOf(url))
      if (!verified.has(url)) await verify(client)
      if (verified.size > maxVerified) verified.clear()
      verified.add(url)
      return client
    } catch (error) {
      client.connection.stream.destroy()
      if (isSpoilt(error)) throw error
      throw isConnectionError(error) ? tenancyErrors.databaseUnavailable({ cause: error }) : error
    }
  }

  function expectServer(server: Greeting, place: string): void {
    if (server.inRecovery !== standby) {
      throw tenancyErrors.databaseUnavailable({ operator: `${place} is ${standby ? 'no' : 'a'} standby` })
    }
    if (server.timeline === null) return
    if (server.timeline < timeline) {
      throw tenancyErrors.databaseUnavailable({
        operator: `${place} is a primary of timeline ${server.timeline}, and another has been promoted to ${timeline} since: shut it down`,
      })
    }
    timeline = server.timeline
  }

  /**
   * All hosts are asked: a primary that was left behind answers as well as the one that was promoted, and only beside that is
   * it known for what it is. A host that says nothing is not waited for when another has answered.
   */
  async function survey(databaseName: string): Promise<void> {
    surveyedAtMs = performance.now()
    const asked = hosts.map(async (hostUrl) => void (await open(hostUrl, databaseName)).end())
    const answered = Promise.any(asked).then(
      () => sleep(patienceMs),
      () => {},
    )
    await Promise.race([Promise.allSettled(asked), answered])
  }

  return async (databaseName) => {
    const isStale = performance.now() - surveyedAtMs > trustMs
    if (hosts.length > 1 && !standby && isStale) await survey(databaseName)
    const { opened, at } = await firstAvailable(hosts, last, (hostUrl) => open(hostUrl, databaseName))
    last = at
    return opened
  }
}
