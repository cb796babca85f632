// npm start, test, check, prove, bench, generate: installs what is missing, then runs the program on the repository's
// own Node 24. This file and install.mjs run on whatever Node the host has, from version 20, before anything is installed.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { constants } from 'node:os'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { installIfMissing } from './install.mjs'

const programs = {
  start: 'apps/server/start.ts',
  test: 'tools/test.ts',
  check: 'tools/check.ts',
  prove: 'proofs/prove.ts',
  bench: 'bench/bench.ts',
  generate: 'tools/generate.ts',
}

const root = fileURLToPath(new URL('..', import.meta.url))
const [name = '', ...args] = process.argv.slice(2)
if (Object.hasOwn(programs, name)) {
  if (process.env.npm_lifecycle_event) await import('./follow.mjs')
  await installIfMissing(root)
  run(ownNode(), ['--import', new URL('follow.mjs', import.meta.url).href, join(root, programs[name]), ...args])
} else {
  console.error(`Say what to run: npm ${Object.keys(programs).join(' | npm run ')}`)
  process.exitCode = 1
}

/** Runs it in our place: same terminal, same signals, same end. */
function run(node, nodeArgs) {
  const PATH = [join(root, 'node_modules', '.bin'), process.env.PATH].join(delimiter)
  const child = spawn(node, nodeArgs, { cwd: root, stdio: 'inherit', env: { ...process.env, PATH } })
  const ended = () => child.exitCode !== null || child.signalCode !== null
  const forward = (signal) => void (ended() || child.kill(signal))
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP']
  for (const signal of signals) process.on(signal, forward)

  child.on('error', (error) => {
    console.error(`${node} does not start (${error.message}): remove node_modules and try again.`)
    process.exitCode = 1
  })
  child.on('exit', (code, signal) => {
    for (const each of signals) process.off(each, forward)
    process.exitCode = code ?? 128 + constants.signals[signal]
    if (signal && signals.includes(signal)) process.kill(process.pid, signal)
  })
}

function ownNode() {
  const bin = join(root, 'node_modules', 'node', 'bin')
  const found = [join(bin, 'node'), join(bin, 'node.exe')].find((path) => existsSync(path))
  if (found) return found
  if (Number(process.versions.node.split('.')[0]) >= 24) return process.execPath
  console.error('Node 24 is missing in node_modules: run "npm ci" without --ignore-scripts, which fetches it.')
  return process.exit(1)
}
