import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { accessSync, constants, mkdirSync, readFileSync, rmSync, statSync, utimes, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

/** Installs the dependencies when they are not there, or not those of package-lock.json. Ends the process when it cannot. */
export async function installIfMissing(root) {
  if (isInstalled(root)) return
  try {
    accessSync(root, constants.W_OK)
  } catch {
    fail(`Nothing can be installed: ${root} cannot be written. Give it to this user, or clone where you may write.`)
  }
  const problem = await alone(root, () => {
    if (isInstalled(root)) return ''
    console.error('Installing what is missing (npm ci), once; this takes a minute when nothing is cached.')
    return npmCi(root)
  })
  if (problem) fail(`npm ci did not finish (${problem}): see its words above, put that right, then try again.`)
}

/** Compares what should be there with npm's own record of what is: no clock is involved, so no install is for nothing. */
function isInstalled(root) {
  const lock = read(join(root, 'package-lock.json'))
  const record = read(join(root, 'node_modules', '.package-lock.json'))
  if (!record) return false
  if (read(stampOf(root)) === hash(lock)) return true
  const [wanted, present] = [JSON.parse(lock).packages, JSON.parse(record).packages]
  return Object.entries(wanted).every(([path, { optional, version, integrity, link }]) => {
    if (!path.includes('node_modules/') || optional) return true
    const found = present[path]
    return found && found.link === link && found.version === version && found.integrity === integrity
  })
}

/** What npm ci installed last, in case its record and the lock file do not say it in the same words. */
const stampOf = (root) => join(root, 'node_modules', '.rowhouse-installed')

function read(path) {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if (error.code === 'ENOENT') return ''
    throw error
  }
}

const hash = (text) => createHash('sha256').update(text).digest('hex')

/** Returns what went wrong, or nothing. */
async function npmCi(root) {
  const follow = new URL('follow.mjs', import.meta.url).href
  const npm = process.env.npm_execpath
  const [program, ...first] = npm?.endsWith('.js') ? [process.execPath, '--import', follow, npm] : ['npm']
  const child = spawn(program, [...first, 'ci', '--no-audit', '--no-fund', '--include=dev', '--loglevel=error'], {
    cwd: root,
    env: Object.fromEntries(
      Object.entries(process.env).filter(([name]) => !/^npm_config_(.*prefix|loglevel)$/.test(name)),
    ),
    stdio: ['ignore', 2, 2],
    shell: program === 'npm' && process.platform === 'win32',
  })
  const forward = (signal) => void child.kill(signal)
  for (const signal of signals) process.on(signal, forward)
  const problem = await new Promise((resolve) => {
    child.on('error', (error) => resolve(error.message))
    child.on('exit', (code, signal) => resolve(code === 0 ? '' : (signal ?? `exit code ${code}`)))
  })
  for (const signal of signals) process.off(signal, forward)
  if (!problem) writeFileSync(stampOf(root), hash(read(join(root, 'package-lock.json'))))
  return problem
}

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP']

/**
 * One install at a time in a clone. The mark is a folder whose time moves on while its owner lives, so that a killed
 * owner's is seen for what it is.
 */
async function alone(root, work) {
  const mark = join(tmpdir(), `rowhouse-install-${hash(root).slice(0, 16)}`)
  for (let told = false; !claim(mark); told = true) {
    if (!told) console.error('Waiting for another install in this folder.')
    await sleep(200)
  }
  const beat = setInterval(() => utimes(mark, new Date(), new Date(), () => {}), 1_000)
  try {
    return await work()
  } finally {
    clearInterval(beat)
    rmSync(mark, { recursive: true, force: true })
  }
}

function claim(mark) {
  try {
    mkdirSync(mark)
    return true
  } catch (error) {
    if (error.code !== 'EEXIST') throw error
    const age = Date.now() - (statSync(mark, { throwIfNoEntry: false })?.mtimeMs ?? 0)
    if (age > 10_000) rmSync(mark, { recursive: true, force: true })
    return false
  }
}

function fail(sentence) {
  console.error(sentence)
  process.exit(1)
}
