import { chmod, lstat, mkdir, mkdtemp, rename, rm } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'

/**
 * A folder that `make` fills once and every later run finds. Safe when several runs make it at once: each works in a
 * folder of its own, and the first to be done moves it into place, whole.
 */
export async function cached(name: string, make: (folder: string) => Promise<void>): Promise<string> {
  const place = cachePlace(name)
  if (await isThere(place)) return place
  await mkdir(cacheFolder(), { recursive: true })
  const work = await mkdtemp(`${place}.`)
  try {
    await chmod(work, 0o755)
    await make(work)
    await rename(work, place).catch(async (error) => {
      if (!(await isThere(place))) throw error
    })
    return place
  } finally {
    await rm(work, { recursive: true, force: true })
  }
}

/** Where `cached` keeps the folder of that name, whether it is there or not. */
export const cachePlace = (name: string) => join(cacheFolder(), name)

/** What root gets is also for the ordinary users that run its servers, who cannot enter its home. */
function cacheFolder(): string {
  const { ROWHOUSE_CACHE, XDG_CACHE_HOME } = process.env
  if (ROWHOUSE_CACHE) return ROWHOUSE_CACHE
  return process.getuid?.() === 0
    ? '/var/cache/rowhouse'
    : join(XDG_CACHE_HOME || join(homedir(), '.cache'), 'rowhouse')
}

const isThere = (path: string) =>
  lstat(path).then(
    () => true,
    () => false,
  )
