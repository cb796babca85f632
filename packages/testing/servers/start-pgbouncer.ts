import { type ChildProcess, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { chown, open, readFile, rm, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Account, serverAccount } from '@rowhouse/postgres/account'
import { chooseFreePort } from '@rowhouse/postgres/ports'
import { serverEnvironment } from '@rowhouse/postgres/run'
import { watchOver } from '@rowhouse/postgres/watchdog'
import type { ProgramDeclaration } from './declaration.ts'
import { type Settings, iniFile, recommended } from './pgbouncer-profile.ts'
import { versionOf } from './pgbouncer.ts'
import { makeFolder, provide } from './provide.ts'
import { sql } from './sql.ts'

export interface PgBouncerOptions {
  /** A PostgreSQL's URL. Whom it names may log in; every database there can be reached under its own name. */
  readonly target: string
  /** Who else may log in, by the passwords that PostgreSQL knows. */
  readonly logins?: readonly { readonly user: string; readonly password: string }[]
  readonly poolMode?: 'transaction' | 'session' | 'statement'
  /** For each pair of database and user. */
  readonly defaultPoolSize?: number
  /** Other settings of PgBouncer: `{ max_prepared_statements: 0 }`. What is not given is as deploy/pgbouncer says. */
  readonly settings?: Settings
}

export interface PgBouncer {
  /** The target's URL, by way of PgBouncer. */
  readonly url: string
  /** Its console: `SHOW POOLS`, `PAUSE`, `RELOAD`. It knows the simple protocol only (no parameters, no names). */
  readonly adminUrl: string
  readonly port: number
  /** Another one after `restart`. */
  readonly pid: number
  /** As after a failover: once it resolves, every new transaction goes to another PostgreSQL. */
  reload(target: string): Promise<void>
  /** Ends at once, every connection with it; `restart` brings it back. */
  kill(): Promise<void>
  /** Ends at once and starts on the same port. */
  restart(): Promise<void>
  /** Ends it and removes its data. Safe to call twice. */
  stop(): Promise<void>
}

/**
 * Runs a private PgBouncer from deploy/pgbouncer/pgbouncer.ini on loopback, as an ordinary user. It ends when this
 * process does, however that ends.
 *
 * @throws testing.missing_server with the command that gets it
 */
export async function startPgBouncer(declaration: ProgramDeclaration, options: PgBouncerOptions): Promise<PgBouncer> {
  const program = await provide(declaration)
  const version = await versionOf(program)
  if (version === undefined) throw new Error(`${program} is no PgBouncer that runs here`)
  const folder = await makeFolder()
  const account = await serverAccount(folder)
  if (account) await chown(folder, account.uid, account.gid)
  const target = new URL(options.target)
  const admin = { user: 'pgbouncer_admin', password: randomUUID() }
  const users = [loginOf(target), admin, ...(options.logins ?? [])]
  const lines = users.map(({ user, password }) => `${quote(user)} ${quote(password)}\n`)
  await writeFor(account, join(folder, 'userlist.txt'), lines.join(''))
  const configure = (to: URL, port: number) =>
    writeFor(
      account,
      join(folder, 'pgbouncer.ini'),
      iniFile(to, {
        ...recommended(version),
        ...(options.poolMode === undefined ? {} : { pool_mode: options.poolMode }),
        ...(options.defaultPoolSize === undefined ? {} : { default_pool_size: options.defaultPoolSize }),
        ...options.settings,
        listen_addr: '127.0.0.1',
        listen_port: port,
        auth_file: 'userlist.txt',
        pidfile: 'pid',
      }),
    )

  const first = await startOnFreePort(program, folder, account, (port) => configure(target, port))
  const { port } = first
  const adminUrl = `postgres://${admin.user}:${admin.password}@127.0.0.1:${port}/pgbouncer`
  let { child } = first
  const kill = async () => {
    child.ref()
    child.kill('SIGKILL')
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
  }
  return {
    url: through(target, port),
    adminUrl,
    port,
    get pid() {
      return child.pid!
    },
    async reload(next) {
      await configure(new URL(next), port)
      await sql(adminUrl, 'reload')
    },
    kill,
    async restart() {
      await kill()
      child = await startProcess(program, folder, account, port)
    },
    async stop() {
      await kill()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** Another program may take a port between the look and the start: then the next one is tried. */
async function startOnFreePort(
  program: string,
  folder: string,
  account: Account | undefined,
  configure: (port: number) => Promise<void>,
): Promise<{ port: number; child: ChildProcess }> {
  for (let attempt = 1; ; attempt += 1) {
    const port = await chooseFreePort(0)
    await configure(port)
    try {
      return { port, child: await startProcess(program, folder, account, port) }
    } catch (error) {
      if (attempt === 3) throw error
    }
  }
}

async function startProcess(
  program: string,
  folder: string,
  account: Account | undefined,
  port: number,
): Promise<ChildProcess> {
  const log = await open(join(folder, 'log'), 'w', 0o600)
  await rm(join(folder, 'pid'), { force: true })
  const child = spawn(program, ['pgbouncer.ini'], {
    cwd: folder,
    ...account,
    env: serverEnvironment(),
    stdio: ['ignore', log.fd, log.fd],
    detached: true,
  })
  const exited = new Promise((resolve) => child.once('exit', resolve).once('error', resolve))
  await log.close()
  const watchdog = watchOver(child, { folder, pidFile: 'pid', account })
  void exited.then(() => watchdog.dismiss())
  child.unref()
  while (child.exitCode === null && child.signalCode === null && child.pid !== undefined) {
    if (await answers(port)) return child
    await sleep(5)
  }
  throw new Error(`PgBouncer did not start:\n${await readFile(join(folder, 'log'), 'utf8')}`)
}

async function answers(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1')
  try {
    await once(socket, 'connect')
    return true
  } catch {
    return false
  } finally {
    socket.destroy()
  }
}

const loginOf = ({ username, password }: URL) => ({
  user: decodeURIComponent(username),
  password: decodeURIComponent(password),
})

function through(target: URL, port: number): string {
  const url = new URL(target)
  url.hostname = '127.0.0.1'
  url.port = String(port)
  return url.href
}

async function writeFor(account: Account | undefined, path: string, text: string): Promise<void> {
  await writeFile(path, text, { mode: 0o600 })
  if (account) await chown(path, account.uid, account.gid)
}

const quote = (text: string) => `"${text.replaceAll('"', '""')}"`
