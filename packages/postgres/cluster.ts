import { randomBytes } from 'node:crypto'
import { chmod, chown, mkdir, mkdtemp, open, readFile, readdir, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Account } from './account.ts'
import type { Program } from './binaries.ts'
import { postgresErrors } from './errors.ts'
import { diskFull, saysDiskFull } from './folder.ts'
import { run } from './run.ts'

/** A data folder and what it takes to run it. */
export interface Cluster {
  readonly folder: string
  /** PostgreSQL's own folder: `<folder>/data`. */
  readonly data: string
  /** How PostgreSQL is told of it, with `data` as its working folder. */
  readonly dataArgument: string
  /** Marks every process of this cluster in the list of processes; unlike a process id it is never used again. */
  readonly name: string
  readonly password: string
  readonly account: Account | undefined
  readonly program: Program
  readonly settings: Readonly<Record<string, string | number>>
}

/** Opens the folder's cluster; makes it at first use, and again when that was cut short. */
export async function openCluster(
  parts: Pick<Cluster, 'folder' | 'account' | 'program' | 'settings'>,
): Promise<Cluster> {
  const { folder, account, program } = parts
  const data = join(folder, 'data')
  if (account && !startsInPlace(program)) await chmod(folder, 0o711)
  await removeUnfinished(folder)
  if (!(await exists(data))) await initialise(folder, data, account, program)
  const version = await read(join(data, 'PG_VERSION'), folder)
  if (version !== String(program.major)) {
    throw postgresErrors.wrongVersion({
      operator: `${data} was written by PostgreSQL ${version} and cannot be opened by PostgreSQL ${program.major}: use that version, or move the folder away after a dump.`,
    })
  }
  const { dev, ino } = await stat(data, { bigint: true })
  const password = await read(join(folder, 'password'), folder)
  return {
    ...parts,
    data,
    dataArgument: dataArgument(data, account, program),
    name: `rowhouse.${dev}.${ino}.`,
    password,
  }
}

/** initdb works in a folder of its own and the result is moved into place: `data` is complete or not there. */
async function initialise(folder: string, data: string, account: Account | undefined, program: Program): Promise<void> {
  const work = await mkdtemp(join(folder, unfinished))
  const [made, passwordFile] = [join(work, 'data'), join(work, 'password')]
  const password = randomBytes(24).toString('base64url')
  await mkdir(made, { mode: 0o700 })
  await writeFile(passwordFile, `${password}\n`, { mode: 0o600 })
  if (account) for (const path of [work, made, passwordFile]) await chown(path, account.uid, account.gid)
  const where = ['-D', dataArgument(made, account, program), '--no-sync', '--no-instructions']
  const access = ['-U', 'postgres', '--pwfile=../password', '-A', 'scram-sha-256']
  const args = [...where, ...access, '--data-checksums', '-E', 'UTF8', ...localeArguments(program.major)]
  const { code, output } = await run(join(program.folder, 'initdb'), args, { cwd: made, account })
  if (code !== 0) {
    await rm(work, { recursive: true, force: true })
    if (saysDiskFull(output)) throw diskFull(folder)
    const reason = output.trim().split('\n').slice(-10).join('\n')
    throw postgresErrors.notReady({
      operator: `PostgreSQL could not make its data folder ${data} (${code}):\n${reason}`,
    })
  }
  await keepPassword(join(folder, 'password'), password)
  await rename(made, data)
  await rm(work, { recursive: true, force: true })
}

const dataArgument = (data: string, account: Account | undefined, program: Program) =>
  account && startsInPlace(program) ? '/proc/self/cwd' : data

/**
 * The server's user may not be able to enter the folders above (a home of mode 700), but Linux lets a process reach
 * the folder that it already stands in. Before version 16 PostgreSQL leaves that folder while it starts.
 */
const startsInPlace = (program: Program) => process.platform === 'linux' && program.major >= 16

/** Order by code point, whatever the machine knows of languages. */
function localeArguments(major: number): string[] {
  const locale = `--locale=${process.platform === 'linux' ? 'C.UTF-8' : 'C'}`
  return major < 17 ? [locale] : [locale, '--locale-provider=builtin', '--builtin-locale=C.UTF-8']
}

/** An initdb whose owner was killed may still be writing: then removing takes more than one try. */
async function removeUnfinished(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (!name.startsWith(unfinished)) continue
    await rm(join(folder, name), { recursive: true, force: true, maxRetries: 10, retryDelay: 50 })
  }
}

async function keepPassword(path: string, password: string): Promise<void> {
  const file = await open(path, 'w', 0o600)
  try {
    await file.writeFile(`${password}\n`)
    await file.sync()
  } finally {
    await file.close()
  }
}

async function read(path: string, folder: string): Promise<string> {
  try {
    return (await readFile(path, 'utf8')).trim()
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    if (code === 'EACCES') {
      throw postgresErrors.notWritable({
        operator: `The database in ${folder} belongs to another user: start as that user or as root, or choose another folder (ROWHOUSE_HOME).`,
        cause,
      })
    }
    throw postgresErrors.damaged({
      operator: `The database folder ${folder} is incomplete (${path}: ${code}): restore it from a backup, or move it away to start anew.`,
      cause,
    })
  }
}

const exists = (path: string) =>
  stat(path).then(
    () => true,
    () => false,
  )

const unfinished = 'unfinished-'
