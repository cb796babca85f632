import { constants } from 'node:fs'
import { access, mkdir, open, readFile, realpath, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { postgresErrors } from './errors.ts'

/** Makes the folder, private to this user, and returns its true path. */
export async function prepareFolder(path: string): Promise<string> {
  try {
    await mkdir(path, { recursive: true, mode: 0o700 })
    await access(path, constants.R_OK | constants.W_OK | constants.X_OK)
    await (await open(lockFile(path), 'a', 0o600)).close()
    return await realpath(path)
  } catch (cause) {
    const { code = 'error' } = cause as NodeJS.ErrnoException
    if (code === 'ENOSPC') throw diskFull(path, cause)
    throw postgresErrors.notWritable({
      operator: `The database folder ${path} cannot be written (${code}): give it to this user, or choose another folder (ROWHOUSE_HOME).`,
      cause,
    })
  }
}

/**
 * Claims the folder for this process. The lock is the kernel's lock on a file, held through SQLite (Node itself offers
 * none): it dies with its owner, so there is no stale one and no question whose process id that was.
 */
export async function lockFolder(folder: string): Promise<{ release(): void }> {
  const owner = join(folder, 'owner.pid')
  const database = new DatabaseSync(lockFile(folder), { timeout: 0 })
  try {
    database.exec('begin exclusive')
  } catch (cause) {
    database.close()
    const pid = await readFile(owner, 'utf8').catch(() => '')
    throw postgresErrors.inUse({
      operator: `The database folder ${folder} is in use${pid && ` by process ${pid.trim()}`}: stop that, or choose another folder (ROWHOUSE_HOME).`,
      cause,
    })
  }
  let held = true
  await writeFile(owner, `${process.pid}\n`)
  return {
    release() {
      if (held) database.close()
      held = false
    },
  }
}

export const diskFull = (folder: string, cause?: unknown) =>
  postgresErrors.diskFull({
    operator: `The disk that holds ${folder} is full: free some space, then start again.`,
    cause,
  })

const lockFile = (folder: string) => join(folder, 'owner.lock')
