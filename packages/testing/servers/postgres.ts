import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { type PostgresOptions, openPostgres } from '@rowhouse/postgres'
import { apt } from './apt.ts'
import type { ServerDeclaration } from './declaration.ts'

/** The embedded default, from npm. */
export const postgres18: ServerDeclaration = {
  name: 'postgres18',
  title: 'PostgreSQL 18',
  variable: 'ROWHOUSE_TEST_POSTGRES18_URL',
  find: async () => npm,
  sources: [],
  start: (program, folder, settings) => open(program, { folder, settings }),
}

/** The oldest PostgreSQL that Rowhouse runs on, as distributions package it. */
export const postgres15: ServerDeclaration = {
  name: 'postgres15',
  title: 'PostgreSQL 15',
  variable: 'ROWHOUSE_TEST_POSTGRES15_URL',
  find: () => findPrograms(15),
  sources: [apt('postgresql-15')],
  start: (program, folder, settings) => open(program, { folder, settings }),
}

/** @param program what `provide` answered for one of the two */
export const open = (program: string, options: PostgresOptions) =>
  openPostgres({
    ...options,
    ...(program === npm ? {} : { binaries: program }),
    settings: { ...forTests, ...options.settings },
  })

const npm = 'npm'

/** Test data need not survive a power cut. */
const forTests = {
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  shared_buffers: '64MB',
  max_connections: 200,
}

/** Distributions keep PostgreSQL's server programs out of PATH, each in its own place. */
async function findPrograms(major: number): Promise<string | undefined> {
  const places = [
    `/usr/lib/postgresql/${major}/bin`,
    `/usr/pgsql-${major}/bin`,
    `/opt/homebrew/opt/postgresql@${major}/bin`,
    `/usr/local/opt/postgresql@${major}/bin`,
    (await output('pg_config', '--bindir')).trim(),
  ]
  for (const folder of places) {
    if (folder && (await output(`${folder}/postgres`, '--version')).includes(` ${major}.`)) return folder
  }
  return undefined
}

async function output(program: string, argument: string): Promise<string> {
  const { stdout } = await promisify(execFile)(program, [argument]).catch(() => ({ stdout: '' }))
  return stdout
}
