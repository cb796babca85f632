import { execFile } from 'node:child_process'
import { appendFile, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import type { PostgresOptions } from '@rowhouse/postgres'
import { type ClusterServer, openServer } from './cluster-server.ts'
import { sql } from './sql.ts'

/** A server that follows a primary, until it is promoted. */
export interface Standby extends ClusterServer {
  /** By this name the primary knows it: `standby1`. */
  readonly name: string
  /** Makes it a primary, on a timeline of its own; it forgets its pause and its delay. */
  promote(): Promise<void>
  /** It goes on receiving, but applies nothing: its readers see what was. */
  pause(): Promise<void>
  resume(): Promise<void>
  /** How long after its commit it applies a transaction. Its primary's clock and its own are one here. */
  setReplayDelay(delayMs: number): Promise<void>
  /** Streams from another primary from now on, onto that one's timeline. */
  follow(primary: ClusterServer): Promise<void>
  /** Resolves when it has applied what its primary has committed at the time of the call; fails after 10 s. */
  waitUntilCaughtUp(): Promise<void>
}

/** Copies the data of a server that was shut down in good order, owners and all. */
export async function copyServer(from: string, to: string): Promise<void> {
  await mkdir(to, { mode: 0o700 })
  await promisify(execFile)('cp', ['-a', join(from, 'data'), join(from, 'password'), to])
  await writeFile(join(to, 'data', 'standby.signal'), '')
}

/** @param program what `provide` answered */
export async function openStandby(
  program: string,
  options: PostgresOptions & { readonly name: string; readonly primary: ClusterServer; readonly replayDelayMs: number },
): Promise<Standby> {
  const { name, folder, replayDelayMs } = options
  let { primary } = options
  const first = [`primary_conninfo = '${conninfo(primary, name)}'`, `recovery_min_apply_delay = ${replayDelayMs}`]
  await appendFile(join(folder, 'data', 'postgresql.auto.conf'), `${first.join('\n')}\n`)
  const server = await openServer(program, options)
  const { url } = server

  async function change(setting: string, value: string | number): Promise<void> {
    await sql(url, `alter system set ${setting} = '${value}'`)
    await sql(url, 'select pg_reload_conf()')
  }

  return {
    ...server,
    name,
    async promote() {
      await sql(url, 'select pg_promote()')
      await until(`${name} is a primary`, url, 'select not pg_is_in_recovery() as done')
    },
    async pause() {
      await sql(url, 'select pg_wal_replay_pause()')
      await until(`${name} is paused`, url, `select pg_get_wal_replay_pause_state() = 'paused' as done`)
    },
    resume: async () => void (await sql(url, 'select pg_wal_replay_resume()')),
    setReplayDelay: (delayMs) => change('recovery_min_apply_delay', delayMs),
    async follow(next) {
      primary = next
      await change('primary_conninfo', conninfo(next, name))
    },
    async waitUntilCaughtUp() {
      const [position] = await sql(primary.url, 'select pg_current_wal_flush_lsn() as lsn')
      const replayed = 'select pg_last_wal_replay_lsn() >= $1::pg_lsn as done'
      await until(`${name} has caught up`, url, replayed, [position!['lsn']])
    },
  }
}

function conninfo({ url }: ClusterServer, name: string): string {
  const { hostname, port, username, password } = new URL(url)
  return `host=${hostname} port=${port} user=${username} password=${password} application_name=${name}`
}

async function until(what: string, url: string, question: string, values: readonly unknown[] = []): Promise<void> {
  const deadline = Date.now() + 10_000
  while (!(await sql(url, question, values))[0]?.['done']) {
    if (Date.now() > deadline) throw new Error(`Not within 10 s: ${what}`)
    await sleep(5)
  }
}
