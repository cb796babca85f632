/** Ways to a cluster's servers for whoever watches them, and to a replica for reads. */
import type pg from 'pg'
import { connectAs } from '../connections/connect.ts'
import { createPools, type PoolsOptions } from '../connections/pools.ts'
import { tenancyErrors } from '../errors.ts'
import { once } from '../statements.ts'
import { fly } from '../wire.ts'
import { parseLsn } from './position.ts'
import type { ReplicaOptions, ServerState } from './replica.ts'

export interface WatchOptions {
  /** The relay's, at the server that is watched. */
  readonly relayUrl: string
  readonly controlDatabase: string
}

/** Looks at the primary, on one connection. */
export const watchPrimary = (options: WatchOptions) => watch(options, 'rowhouse.position()', false)

export interface ReplicaWay {
  /** The application's, at the standby. */
  readonly url: string
  /** The relay's, anywhere in the cluster: its login is the same at the standby. */
  readonly relayUrl: string
  readonly controlDatabase: string
  readonly verify: (client: pg.ClientBase) => Promise<void>
  readonly bounds: Pick<PoolsOptions, 'maxConnections' | 'tenantShare' | 'kindOf' | 'maxWaiting' | 'total'>
}

export function openReplica({ url, relayUrl, controlDatabase, verify, bounds }: ReplicaWay): ReplicaOptions {
  const connect = connectAs({ url, verify, standby: true, timeoutMs: lookTimeoutMs })
  const watching = watch({ relayUrl: withLoginOf(relayUrl, url), controlDatabase }, 'rowhouse.replayed()', true)
  return {
    ...watching,
    openPools: (timeline) =>
      createPools({
        ...bounds,
        role: 'replica',
        acquireTimeoutMs,
        async connect(databaseName) {
          const client = await connect(databaseName)
          await expectTimeline(client, timeline()).catch((error: unknown) => {
            client.connection.stream.destroy()
            throw error
          })
          return client
        },
      }),
  }
}

/** Nobody is better served by waiting here: there is the primary. */
const acquireTimeoutMs = 100
const lookTimeoutMs = 500

async function expectTimeline(client: pg.Client, expected: number | undefined): Promise<void> {
  const { rows } = await fly(client, [once('select rowhouse.replayed_timeline() as timeline')])
  const timeline = rows[0]?.['timeline'] as number | null
  if (timeline === expected) return
  throw tenancyErrors.databaseUnavailable({ operator: `The standby is on timeline ${timeline}, not ${expected}` })
}

interface Watching {
  look(): Promise<ServerState>
  stop(): Promise<void>
}

function watch({ relayUrl, controlDatabase }: WatchOptions, state: string, standby: boolean): Watching {
  const connect = connectAs({ url: relayUrl, verify: async () => {}, standby, timeoutMs: lookTimeoutMs })
  let connection: Promise<pg.Client> | undefined

  async function ask(client: pg.Client): Promise<ServerState> {
    const { rows } = await fly(client, [once(`select timeline, lsn from ${state}`)])
    const { timeline = null, lsn = null } = (rows[0] ?? {}) as { timeline?: number | null; lsn?: string | null }
    return { timeline, lsn: lsn === null ? null : parseLsn(lsn) }
  }

  /** Others may look at the same time, and by another connection already. */
  function hangUp(mine: Promise<pg.Client>): void {
    if (connection === mine) connection = undefined
    mine.then(
      (client) => client.connection.stream.destroy(),
      () => {},
    )
  }

  return {
    async look() {
      const mine = (connection ??= connect(controlDatabase))
      // A server that stands still says nothing, and a connection to it has no other end.
      const limit = setTimeout(hangUp, 2 * lookTimeoutMs, mine)
      try {
        return await ask(await mine)
      } catch (error) {
        hangUp(mine)
        throw error
      } finally {
        clearTimeout(limit)
      }
    },
    async stop() {
      await connection?.then((client) => client.end()).catch(() => {})
    },
  }
}

const login = /^postgres(?:ql)?:\/\/(?:[^@/]*@)?/

const withLoginOf = (url: string, other: string): string => other.replace(login, () => login.exec(url)![0])
