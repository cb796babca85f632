import { chmod, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { type ClusterServer, openServer } from './cluster-server.ts'
import { copyRunning } from './copy-running.ts'
import type { ServerDeclaration, Settings } from './declaration.ts'
import { open, postgres18 } from './postgres.ts'
import { makeFolder, provide } from './provide.ts'
import { sql } from './sql.ts'
import { type Standby, copyServer, openStandby } from './standby.ts'

export interface ClusterOptions {
  /** `postgres18` by default, or `postgres15`. */
  readonly version?: ServerDeclaration
  /** How many; 1 by default. */
  readonly standbys?: number
  /** A commit waits until any one standby has written it down. */
  readonly synchronous?: boolean
  /** How long after its commit the standbys apply a transaction; 0 by default. */
  readonly replayDelayMs?: number
  /** Of every server. */
  readonly settings?: Settings
}

export interface Cluster {
  /** The one that was the primary at first. */
  readonly primary: ClusterServer
  readonly standbys: readonly Standby[]
  /**
   * Makes what was a primary, or any other server, a standby of `primary`: from a copy of that one, on its old port. What
   * it had is gone.
   */
  rebuild(server: ClusterServer, primary: ClusterServer): Promise<Standby>
  /** Ends every server and removes the data. Safe to call twice. */
  stop(): Promise<void>
}

/**
 * A primary and standbys that stream from it, each a private PostgreSQL on loopback as `startServer` makes them. All
 * have the same superuser and password.
 *
 * The standbys are made from a copy of the primary that was shut down in good order, so they need nothing but files.
 * Every server keeps 2 GB of its log: a standby that was away for less finds what it missed.
 *
 * @throws testing.missing_server with the command that gets it
 */
export async function startCluster(options: ClusterOptions = {}): Promise<Cluster> {
  const { version = postgres18, standbys: count = 1, synchronous = false, replayDelayMs = 0 } = options
  const program = await provide(version)
  const folder = await makeFolder()
  await chmod(folder, 0o711)
  const settings = { ...replicating, ...options.settings }
  /** By name. */
  const servers = new Map<string, ClusterServer>()
  const stop = async () => {
    await Promise.all([...servers.values()].map((server) => server.kill()))
    await rm(folder, { recursive: true, force: true, maxRetries: 5 })
  }
  try {
    const home = (name: string) => join(folder, name)
    const names = Array.from({ length: count }, (_, index) => `standby${index + 1}`)
    await (await open(program, { folder: home('primary'), settings })).stop()
    await Promise.all(names.map((name) => copyServer(home('primary'), home(name))))
    const primary = await openServer(program, { folder: home('primary'), settings })
    servers.set('primary', primary)
    const standbys: Standby[] = []
    for (const name of names) {
      const standby = await openStandby(program, { name, folder: home(name), settings, primary, replayDelayMs })
      standbys.push(standby)
      servers.set(name, standby)
    }
    await Promise.all(standbys.map((standby) => standby.waitUntilCaughtUp()))
    if (synchronous) {
      await sql(primary.url, `alter system set synchronous_standby_names = 'ANY 1 (${names.join(', ')})'`)
      await sql(primary.url, 'select pg_reload_conf()')
    }
    const nameOf = (server: ClusterServer) => [...servers].find(([, { port }]) => port === server.port)![0]
    return {
      primary,
      standbys,
      stop,
      async rebuild(server, next) {
        const name = nameOf(server)
        await server.kill()
        await rm(home(name), { recursive: true, maxRetries: 5 })
        await copyRunning(next, home(nameOf(next)), home(name))
        const options = { name, folder: home(name), settings, primary: next, port: server.port }
        const standby = await openStandby(program, { ...options, replayDelayMs: 0 })
        servers.set(name, standby)
        return standby
      },
    }
  } catch (error) {
    await stop()
    throw error
  }
}

/** What is committed is sent at once: a commit that nobody waits for would be written down, and sent, up to 0.2 s later. */
const replicating: Settings = {
  synchronous_commit: 'on',
  wal_level: 'replica',
  wal_keep_size: '2GB',
  max_wal_senders: 10,
  wal_receiver_status_interval: '1s',
  wal_retrieve_retry_interval: '100ms',
}
