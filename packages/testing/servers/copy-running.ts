import { execFile } from 'node:child_process'
import { chown, mkdir, readdir, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { Client } from 'pg'
import type { ClusterServer } from './cluster-server.ts'

/**
 * Copies the data of a primary that goes on working meanwhile; a standby of it begins there, and fetches the log from it.
 * Source: PostgreSQL documentation, "Making a Base Backup Using the Low Level API".
 */
export async function copyRunning(primary: ClusterServer, from: string, to: string): Promise<void> {
  // One session from the beginning to the end of the backup.
  const session = new Client({ connectionString: primary.url })
  await session.connect()
  try {
    await session.query(`select pg_backup_start('standby', true)`)
    await copyFiles(from, to)
    const { rows } = await session.query<{ labelfile: string }>('select labelfile from pg_backup_stop(false)')
    await writeOwned(join(to, 'data'), 'backup_label', rows[0]!.labelfile)
    await writeOwned(join(to, 'data'), 'standby.signal', '')
  } finally {
    await session.end()
  }
}

async function copyFiles(from: string, to: string): Promise<void> {
  const [source, target] = [join(from, 'data'), join(to, 'data')]
  const { uid, gid } = await stat(source)
  for (const folder of [target, join(target, 'pg_wal')]) {
    await mkdir(folder, { recursive: true, mode: 0o700 })
    await chown(folder, uid, gid)
  }
  const names = (await readdir(source)).filter((name) => name !== 'pg_wal' && !name.startsWith('postmaster.'))
  await copy([join(from, 'password')], to)
  await copy(
    names.map((name) => join(source, name)),
    target,
  )
}

/** As the owner of its folder, who is another than us when we are root. */
async function writeOwned(folder: string, name: string, content: string): Promise<void> {
  const { uid, gid } = await stat(folder)
  await writeFile(join(folder, name), content, { mode: 0o600 })
  await chown(join(folder, name), uid, gid)
}

async function copy(paths: readonly string[], to: string): Promise<void> {
  await promisify(execFile)('cp', ['-a', ...paths, to]).catch((error: Error & { stderr: string }) => {
    // What was removed meanwhile is removed by the log as well.
    const lines = error.stderr.trim().split('\n')
    if (!lines.every((line) => line.endsWith('No such file or directory'))) throw error
  })
}
