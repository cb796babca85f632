/** Pools on a real server, whose databases are one in truth, and a way to the server that can be cut. */
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import net from 'node:net'
import pg from 'pg'
import { asClient } from '../administration.ts'
import { tenancyErrors } from '../errors.ts'
import { createPools, type Pools, type PoolsOptions } from './pools.ts'

export interface Site {
  readonly pools: Pools
  /** Attempts to connect so far. */
  attempts(): number
  /** How many connections of these pools the server sees. */
  seen(): Promise<number>
  /** Kills the session on the server. */
  kill(pid: unknown): Promise<void>
  /** Nothing passes to the server any more, until `restore`. */
  cut(): Promise<void>
  restore(): Promise<void>
  stop(): Promise<void>
}

export type SiteOptions = Partial<Omit<PoolsOptions, 'connect'>>

export async function openSite(serverUrl: string, options: SiteOptions = {}): Promise<Site> {
  const way = await openWay(serverUrl)
  const name = `pools_${randomBytes(4).toString('hex')}`
  let attempts = 0

  async function connect(): Promise<pg.Client> {
    attempts += 1
    const client = new pg.Client({ connectionString: way.url, application_name: name })
    client.on('error', () => {})
    await client.connect().catch((cause: unknown) => {
      throw tenancyErrors.databaseUnavailable({ operator: String(cause), cause })
    })
    return client
  }

  const pools = createPools({ maxConnections: 2, acquireTimeoutMs: 5_000, ...options, connect })
  const ask = (text: string, values: unknown[]) =>
    asClient(serverUrl, async (client) => (await client.query<{ n: number }>(text, values)).rows[0]!.n)
  return {
    pools,
    attempts: () => attempts,
    seen: () => ask('select count(*)::integer as n from pg_stat_activity where application_name = $1', [name]),
    kill: async (pid) => void (await ask('select pg_terminate_backend($1, 5000)::integer as n', [pid])),
    cut: way.cut,
    restore: way.restore,
    async stop() {
      await pools.stop()
      await way.cut()
    },
  }
}

/** A proxy on a port of its own, which refuses while it is cut. */
async function openWay(serverUrl: string) {
  const target = new URL(serverUrl)
  const sockets = new Set<net.Socket>()
  const listener = net.createServer((near) => {
    const far = net.connect(Number(target.port), target.hostname)
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(one)
      one.pipe(other)
      one.on('error', () => {})
      one.on('close', () => {
        sockets.delete(one)
        other.destroy()
      })
    }
  })
  await once(listener.listen(0, '127.0.0.1'), 'listening')
  const { port } = listener.address() as net.AddressInfo
  const url = new URL(serverUrl)
  url.hostname = '127.0.0.1'
  url.port = String(port)
  return {
    url: url.href,
    async cut() {
      if (!listener.listening) return
      listener.close()
      for (const socket of sockets) socket.destroy()
      await once(listener, 'close')
    },
    restore: async () => void (await once(listener.listen(port, '127.0.0.1'), 'listening')),
  }
}

export const pidOf = async (client: pg.ClientBase): Promise<number> =>
  (await client.query<{ pid: number }>('select pg_backend_pid() as pid')).rows[0]!.pid
