/** ROWHOUSE_HOME: secrets made at the first start, and whatever else is kept. */
import { randomBytes } from 'node:crypto'
import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { serverErrors } from './errors.ts'

export interface HomeSecrets {
  readonly doorKey: string
  readonly authKey: string
  readonly operatorApiKey: string
  readonly applicationPassword: string
  readonly migratorPassword: string
  readonly relayPassword: string
}

/** Makes the folder. @throws server.home_not_writable */
export function openHome(folder: string): string {
  const home = resolve(folder)
  try {
    makeFolder(home)
    readdirSync(home)
    accessSync(home, constants.W_OK)
    return home
  } catch (cause) {
    throw serverErrors.homeNotWritable({
      operator: `ROWHOUSE_HOME ${home} cannot be written (${(cause as NodeJS.ErrnoException).code}): choose another folder, or change its owner.`,
      cause,
    })
  }
}

/** With its parents; others may pass through, since PostgreSQL may run as another user. Node's own recursive mkdir never returns where /proc says ENOENT. */
function makeFolder(folder: string): void {
  if (existsSync(folder)) return
  makeFolder(dirname(folder))
  mkdirSync(folder, { mode: 0o711 })
}

/** The secrets of this home, made at random the first time; those that came later, when they are first wanted. */
export function homeSecrets(home: string): HomeSecrets {
  const file = join(home, 'secrets.json')
  const kept = readJson<Partial<HomeSecrets>>(file)
  const secrets: HomeSecrets = {
    doorKey: randomBytes(32).toString('hex'),
    authKey: randomBytes(32).toString('hex'),
    operatorApiKey: `rho_${randomBytes(32).toString('base64url')}`,
    applicationPassword: randomBytes(24).toString('base64url'),
    migratorPassword: randomBytes(24).toString('base64url'),
    relayPassword: randomBytes(24).toString('base64url'),
    ...kept,
  }
  if (Object.keys(secrets).length > Object.keys(kept ?? {}).length) writePrivate(file, secrets)
  return secrets
}

/** Undefined when there is no such file. */
export function readJson<T>(file: string): T | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as T
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw serverErrors.homeNotWritable({
      operator: `${file} cannot be read: ${String(cause)}. Restore it; demo.json alone may also be removed, and is made anew.`,
      cause,
    })
  }
}

/** Whole or not at all, also when the process is killed while it writes; for the owner's eyes only. */
export function writePrivate(file: string, value: unknown): void {
  writeFileSync(`${file}.new`, `${JSON.stringify(value, null, 2)}\n`, { mode: 0o600 })
  renameSync(`${file}.new`, file)
}
