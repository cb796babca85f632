import { execFile } from 'node:child_process'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { postgresErrors } from './errors.ts'

export interface Account {
  readonly uid: number
  readonly gid: number
}

/**
 * The user that the server runs as when this process is root, because PostgreSQL refuses root: the owner of the data
 * when there are some, else `postgres`, else `nobody`. Undefined for an ordinary user: the server runs as that user.
 */
export async function serverAccount(folder: string): Promise<Account | undefined> {
  if (process.getuid?.() !== 0) return undefined
  const owner = await stat(join(folder, 'data')).catch(() => undefined)
  if (owner && owner.uid !== 0) return { uid: owner.uid, gid: owner.gid }
  for (const name of ['postgres', 'nobody']) {
    const account = await accountNamed(name)
    if (account) return account
  }
  throw postgresErrors.noAccount({
    operator:
      'PostgreSQL does not run as root, and there is no user "postgres" or "nobody": start as an ordinary user.',
  })
}

async function accountNamed(name: string): Promise<Account | undefined> {
  const { stdout } = await promisify(execFile)('id', [name]).catch(() => ({ stdout: '' }))
  const [, uid, gid] = /^uid=(\d+)\S* gid=(\d+)/.exec(stdout) ?? []
  return uid && gid && uid !== '0' ? { uid: Number(uid), gid: Number(gid) } : undefined
}
