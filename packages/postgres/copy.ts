import { existsSync } from 'node:fs'
import { chmod, cp, lstat, mkdtemp, readFile, readdir, rename, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import type { Account } from './account.ts'
import { run } from './run.ts'

/**
 * A copy of the programs that any user can read and only this one can write, for when they lie below a folder that the
 * server's user may not enter (a clone under /root), or where links cannot be made. Made once per version, whole or
 * not at all; undefined when there is no place for one.
 */
export async function copyForOthers(
  native: string,
  version: string,
  account: Account | undefined,
): Promise<string | undefined> {
  const uid = process.getuid?.() ?? 0
  const size = (await readdir(native, { recursive: true })).length
  for (const parent of account ? new Set([tmpdir(), '/tmp', '/var/tmp']) : [tmpdir()]) {
    if (account && !(await canEnter(parent, account))) continue
    // Somebody else may have taken the name, out of malice even: then the next one.
    for (const suffix of ['', '-2', '-3']) {
      const copy = join(parent, `rowhouse-postgres-${version}-${process.arch}-${uid}${suffix}`)
      if (!(await isComplete(copy, size, uid))) await makeCopy(native, copy)
      if (await isComplete(copy, size, uid)) return copy
    }
  }
  return undefined
}

/** npm leaves links out of packages; the package's own install script, which makes them, may not have been allowed. */
export async function linkLibraries(native: string): Promise<void> {
  const list = await readFile(join(native, 'pg-symlinks.json'), 'utf8').catch(() => '[]')
  for (const { source, target } of JSON.parse(list) as { source: string; target: string }[]) {
    const link = join(native, '..', target)
    if (!existsSync(link)) await symlink(relative(dirname(target), source), link).catch(ignoreExisting)
  }
}

/** Whether it is ours alone and has everything: a cleaner of temporary files may have taken some. */
async function isComplete(copy: string, size: number, uid: number): Promise<boolean> {
  const about = await lstat(copy).catch(() => undefined)
  if (!about?.isDirectory() || about.uid !== uid || (about.mode & 0o022) !== 0) return false
  return (await readdir(copy, { recursive: true })).length >= size
}

async function makeCopy(native: string, copy: string): Promise<void> {
  let work = ''
  try {
    work = await mkdtemp(`${copy}.`)
    await cp(native, join(work, 'native'), { recursive: true, verbatimSymlinks: true })
    await linkLibraries(join(work, 'native'))
    await letOthersRead(join(work, 'native'))
    await rename(join(work, 'native'), copy)
  } catch {
    // The name is taken, or nothing can be written there: the caller looks at what is there, then tries the next.
  } finally {
    if (work) await rm(work, { recursive: true, force: true })
  }
}

async function letOthersRead(folder: string): Promise<void> {
  await chmod(folder, 0o755)
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name)
    const executable = entry.isDirectory() || entry.parentPath === join(folder, 'bin')
    if (!entry.isSymbolicLink()) await chmod(path, executable ? 0o755 : 0o644)
  }
}

async function canEnter(folder: string, account: Account): Promise<boolean> {
  const { code } = await run('/bin/sh', ['-c', 'cd "$0"', folder], { cwd: '/', account })
  return code === 0
}

const ignoreExisting = (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EEXIST') throw error
}
