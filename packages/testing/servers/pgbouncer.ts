import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { apt } from './apt.ts'
import { debianAside } from './debian-aside.ts'
import type { ProgramDeclaration } from './declaration.ts'
import { isAtLeast } from './pgbouncer-profile.ts'

const [bookworm, trixie] = [debianAside('bookworm', 'pgbouncer'), debianAside('trixie', 'pgbouncer')]

/** As Debian 12 packages it: without named statements in transaction mode. */
export const pgbouncer118: ProgramDeclaration = {
  name: 'pgbouncer118',
  title: 'PgBouncer 1.18',
  variable: 'ROWHOUSE_TEST_PGBOUNCER118',
  find: async () =>
    process.env['ROWHOUSE_TEST_PGBOUNCER118'] ??
    (await installed((version) => !isAtLeast(version, '1.21'))) ??
    bookworm.find(),
  sources: [apt('pgbouncer'), bookworm],
}

/** As Debian 13 packages it: with named statements in transaction mode, which 1.21 brought. */
export const pgbouncer124: ProgramDeclaration = {
  name: 'pgbouncer124',
  title: 'PgBouncer 1.24',
  variable: 'ROWHOUSE_TEST_PGBOUNCER124',
  find: async () =>
    process.env['ROWHOUSE_TEST_PGBOUNCER124'] ??
    (await installed((version) => isAtLeast(version, '1.21'))) ??
    trixie.find(),
  sources: [trixie, apt('pgbouncer')],
}

/** `1.24.1`, or nothing where there is no such program. */
export async function versionOf(program: string): Promise<string | undefined> {
  const { stdout } = await promisify(execFile)(program, ['--version']).catch(() => ({ stdout: '' }))
  return /PgBouncer ([\d.]+)/.exec(stdout)?.[1]
}

/** Debian's place is not on an ordinary user's PATH. */
async function installed(isWanted: (version: string) => boolean): Promise<string | undefined> {
  for (const program of ['pgbouncer', '/usr/sbin/pgbouncer']) {
    const version = await versionOf(program)
    if (version !== undefined && isWanted(version)) return program
  }
  return undefined
}
