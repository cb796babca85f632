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
    if ((cause as NodeJS.ErrnoException).code === 'ENOSPC') throw diskFull(path, cause)
    throw notWritable(path, cause)
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
    database.exec('pragma journal_mode = memory')
    database.exec('begin exclusive')
    await writeFile(owner, `${process.pid}\n`)
  } catch (cause) {
    database.close()
    const { code, errcode } = cause as NodeJS.ErrnoException & { errcode?: number }
    if (code === 'ENOSPC') throw diskFull(folder, cause)
    if (errcode !== sqliteBusy) throw notWritable(folder, cause)
    const pid = await readFile(owner, 'utf8').catch(() => '')
    throw postgresErrors.inUse({
      operator: `The database folder ${folder} is in use${pid && ` by process ${pid.trim()}`}: stop that, or choose another folder (ROWHOUSE_HOME).`,
      cause,
    })
  }
  let held = true
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

function notWritable(folder: string, cause: unknown): Error {
  const { code = 'error' } = cause as NodeJS.ErrnoException
  return postgresErrors.notWritable({
    operator: `The database folder ${folder} cannot be written (${code}): give it to this user, or choose another folder (ROWHOUSE_HOME).`,
    cause,
  })
}

/** PostgreSQL words it in two ways. */
export const saysDiskFull = (output: string) => /No space left on device|Check free disk space/.test(output)

const lockFile = (folder: string) => join(folder, 'owner.lock')

/** https://www.sqlite.org/rescode.html#busy */
const sqliteBusy = 5
